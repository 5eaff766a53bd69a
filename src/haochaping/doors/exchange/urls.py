"""The address that other installations report to, below `/exchange/`."""

from __future__ import annotations

from django.urls import path

from haochaping.doors.exchange import batches

urlpatterns = [path("batches", batches.batches, name="exchange_batches")]
