"""Addresses of open letters: anyone may read, sign, confirm and take back."""

from awna.kit.policies import ANYONE, guarded

from . import views

urlpatterns = [
    guarded("c/<slug:slug>/letters/", views.letters, name="letters", GET=ANYONE),
    guarded("c/<slug:slug>/letters/<uuid:letter>/", views.letter, name="letter", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/letters/<uuid:letter>/mailed/", views.letter_mailed, name="letter_mailed", GET=ANYONE),
    guarded("c/<slug:slug>/letters/<uuid:letter>/take-back/", views.ask_withdrawal, name="ask_withdrawal", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/letters/confirm/<str:token>/", views.confirm_signature, name="confirm_signature", GET=ANYONE, POST=ANYONE),
    guarded("c/<slug:slug>/letters/withdraw/<str:token>/", views.withdraw_signature, name="withdraw_signature", GET=ANYONE, POST=ANYONE),
]
