"""Forms of the campaigns: for readers and guests, and for those who write."""

from .desk import (
    EventForm,
    FactForm,
    ForecastForm,
    IndicatorForm,
    MeasurementForm,
    PhotoForm,
    PressForm,
    PromiseForm,
    ReasonForm,
    SeatsForm,
    UpdateForm,
)
from .readers import CodeForm, GuestForm, SubscribeForm

__all__ = [
    "CodeForm", "EventForm", "FactForm", "ForecastForm", "GuestForm", "IndicatorForm", "MeasurementForm", "PhotoForm", "PressForm",
    "PromiseForm", "ReasonForm", "SeatsForm", "SubscribeForm", "UpdateForm",
]  # fmt: skip
