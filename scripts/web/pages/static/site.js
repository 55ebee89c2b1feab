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
