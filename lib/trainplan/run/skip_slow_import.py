"""To be imported before papermill and nbconvert: it saves a second and a third of their start.

Their `jsonschema` imports, where it is installed, a grammar for IRIs that takes that long to build and that no notebook
needs. It is marked as absent here, which jsonschema is made for.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
