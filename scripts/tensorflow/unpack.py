"""Unpacks TensorFlow's libraries, C headers and metadata from a wheel, not its 800 MB of Python: WHEEL TARGET."""
import sys
import zipfile

wheel, target = sys.argv[1:]
wanted = ("tensorflow/include/", "tensorflow/libtensorflow")
with zipfile.ZipFile(wheel) as archive:
    names = archive.namelist()
    archive.extractall(target, [n for n in names if n.startswith(wanted) or n.endswith("dist-info/METADATA")])
