"""Units of measurement that come off a number: 10km, 5GB, 30kg."""

from __future__ import annotations

_LENGTH = "km km² km³ m m² m³ dm dm² dm³ cm cm² cm³ mm mm² mm³ µm μm nm ft mi"
_MASS_AND_VOLUME = "kg g mg µg μg t lb lbs oz ml mL cl dl"
_SPEED_AND_PRESSURE = "m/s km/h kmh mph kph hPa Pa kPa MPa mbar bar mb psi"
_DATA = "kb KB MB GB TB PB Kb Mb Gb Tb kB KiB MiB GiB"
_TIME = "min mins sec secs ms"
_ELECTRIC = "mV kV mA kW MW kWh Hz kHz MHz GHz kJ dB"
_THOUSANDS_AND_MORE = "K M G T"
_DEGREES = "°C °F °K °"


_ALL = [
    _LENGTH,
    _MASS_AND_VOLUME,
    _SPEED_AND_PRESSURE,
    _DATA,
    _TIME,
    _ELECTRIC,
    _THOUSANDS_AND_MORE,
    _DEGREES,
]

# Longest first, so that "km/h" is not taken for "h".
UNITS = "|".join(sorted(" ".join(_ALL).split(), key=lambda unit: (-len(unit), unit)))
