# SPDX-License-Identifier: MIT
"""The tutorials' claims as measurements: rows.py says what is claimed and what is enough,
measure.py runs the programs, show.py prints the table."""
