"""The words of a balance, in Russian and English."""

from typing import Final

from projections.words.language import Text

TITLE: Final = Text("Счёт {account}, последняя запись {last}", "Account {account}, last event {last}")
AS_OF: Final = Text(
    "Счёт {account} на {asked} (последняя запись {last})", "Account {account} as of {asked} (last event {last})"
)
KNOWN: Final = Text("{title}, по данным на {known}", "{title}, as known at {known}")
WALLET: Final = Text("Кошелёк", "Wallet")
AVAILABLE: Final = Text("Доступно", "Available")
PLAN: Final = Text("Тариф", "Plan")
MODE: Final = Text("Списание", "Charged")
PERIOD: Final = Text("Период", "Period")
BLOCKS: Final = Text("Блокировки", "Blocks")
DISCOUNT: Final = Text("Скидка", "Discount")
DISCOUNT_SAID: Final = Text("{percent} % с {first} до {until}", "{percent} % from {first} to {until}")
WAITS: Final = Text("Ожидает", "Waiting")
AND_SO_ON: Final = Text("и так далее", "and so on")
PACKAGES: Final = Text("Пакеты", "Packages")
PACKAGES_HEAD: Final = (
    Text("Пакет", "Package"),
    Text("Услуга", "Service"),
    Text("Осталось", "Left"),
    Text("Было", "Granted"),
    Text("Действует до", "Valid until"),
)
