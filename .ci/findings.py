"""Every finding that the sources make has a code of the one table, and the table has no other."""
import re
import sys
from pathlib import Path

MADE = [r'\{\s*"([a-z_]+)",\s*(?:[A-Za-z_.:>()*-]*\s*)?Severity::', r'\{\s*"([a-z_]+)",\s*policy\.strictness', r'\badd\(\s*"([a-z_]+)",\s*Severity::',
        r'finding_(?:of|for)\(\s*(?:table,\s*subject,\s*)?"([a-z_]+)"', r'\bcode = "([a-z_]+)"', r'trouble_finding\(\s*"([a-z_]+)"',
        r'judge_objective\(\s*out,\s*"([a-z_]+)"', r'Finding\s*\w*\{\s*"([a-z_]+)"', r'held_to_manifest\(\s*"([a-z_]+)"', r'"(key)" : "content"', r'cannot\("?.*\n?.*\{"(not_available)"', r'\{"(not_available)",']
TABLE = Path("engine/model/finding_codes.cc")

listed = re.findall(r'^        \{"([a-z_]+)",', TABLE.read_text(), re.MULTILINE)
made = {}
for root in ("engine", "drills", "cli"):
    for file in Path(root).rglob("*.cc"):
        if file != TABLE:
            for pattern in MADE:
                for code in re.findall(pattern, file.read_text()):
                    made.setdefault(code, file)
faults = [f"{made[code]} makes a finding {code}, which {TABLE} does not list" for code in sorted(made.keys() - set(listed))]
faults += [f"{TABLE} lists {code}, which no source makes" for code in sorted(set(listed) - made.keys())]
faults += [f"{TABLE} lists {code} twice" for code in sorted(set(listed)) if listed.count(code) > 1]
print("\n".join(faults))
sys.exit(1 if faults else 0)
