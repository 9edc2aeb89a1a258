"""Writes a project's settings in JSON: python dump.py blog > ../blog.json"""

import importlib
import json
import sys

settings = importlib.import_module(sys.argv[1])
names = [name for name in dir(settings) if name.isupper()]
print(json.dumps({name: getattr(settings, name) for name in names}, default=str, indent=2))
