# SPDX-License-Identifier: MIT
"""Certificates that tests make for themselves, with the openssl command."""
import os
import shutil
import subprocess


def can_be_made():
    return shutil.which("openssl") is not None


def make(folder, name, names=None, signed_by=None):
    """Write FOLDER/NAME.pem and NAME.key; with names, as "DNS:a,IP:127.0.0.1", no authority."""
    pem, key = (os.path.join(folder, name + end) for end in (".pem", ".key"))
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
               "-nodes", "-days", "2", "-subj", f"/CN={name}", "-keyout", key, "-out", pem]
    if names:
        command += ["-addext", f"subjectAltName={names}", "-addext", "basicConstraints=CA:FALSE"]
    if signed_by:
        command += ["-CA", signed_by[0], "-CAkey", signed_by[1]]
    subprocess.run(command, check=True, capture_output=True)
    return pem, key
