"use strict";
/* What is nicer with a script; every page works without it. */
document.addEventListener("submit", (event) => {
  // A button is pressed once; the form's id would keep a second press from doing anything, too.
  const buttons = event.target.querySelectorAll("button");
  setTimeout(() => buttons.forEach((button) => { button.disabled = true; }), 0);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("button:disabled").forEach((button) => { button.disabled = false; });
});

for (const box of document.querySelectorAll("[data-events]")) {
  // How far a job is comes by itself; behind its end the page is asked for anew.
  const events = new EventSource(box.dataset.events);
  events.addEventListener("progress", (event) => {
    const told = JSON.parse(event.data);
    document.getElementById("done").textContent = told.done;
    document.getElementById("said").textContent = told.said;
    if (told.of) document.getElementById("progress").value = Math.min(told.done, told.of);
    if (!["waits", "runs"].includes(told.state)) { events.close(); location.reload(); }
  });
}
