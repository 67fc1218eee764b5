#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is asked of the page's sources, in TAP: no markup from texts, no other host, every file compiled in, of a length to be read."""
import re
import sys
from pathlib import Path

root = Path(sys.argv[1])
files = sorted(p for p in (root / "daemon/page").iterdir() if p.suffix in (".js", ".css", ".html"))
modules = [p for p in files if p.suffix == ".js"]
count, failed = 0, 0


def result(name, bad):
    global count, failed
    count += 1
    failed += bool(bad)
    print(f"{'not ok' if bad else 'ok'} {count} - {name}")
    for line in bad[:20]:
        print(f"#   {line}")


def find(pattern, paths):
    return [f"{p.name}:{n}: {line.strip()[:120]}" for p in paths for n, line in enumerate(p.read_text().splitlines(), 1) if re.search(pattern, line)]


MARKUP = r"innerHTML|insertAdjacentHTML|outerHTML|document\.write|bindPopup|bindTooltip|createContextualFragment|DOMParser|setHTML|srcdoc|\beval\b|new Function|javascript:"
result("there are modules", [] if len(modules) > 15 else ["too few are found"])
result("texts never become markup or code", find(MARKUP, files))
result("a planted one is found", [] if re.search(MARKUP, "node.innerHTML = name") else ["the pattern lets it pass"])
result("no other host is named", [x for x in find(r"https?://|//[a-z]+\.", files) if "http://www.w3.org/" not in x])
result("no attribute carries a style or a script", find(r"\sstyle=|\son[a-z]+=", [p for p in files if p.suffix == ".html"]))
result("modules are checked and short", [f"{p.name}" for p in modules if "// @ts-check" not in p.read_text() or len(p.read_text().splitlines()) >= 300])
listed = set(re.findall(r"PAGE_FILE\((\w+), (\w+)\)", (root / "daemon/shell/api/page_files.h").read_text()))
result("every file is compiled in", [p.name for p in files if (p.stem, p.suffix[1:]) not in listed])
imports = {f"{p.name}: {name}" for p in modules for name in re.findall(r"'\./(\w+)\.js'", p.read_text()) if (name, "js") not in listed}
result("every module that is named is there", sorted(imports))
used = {(p, name) for p in modules for names in re.findall(r"^import \{([^}]*)\} from", p.read_text(), re.M) for name in re.findall(r"(\w+)\s*(?:,|$)", names.strip())}
result("what is imported is used", sorted(f"{p.name}: {name}" for p, name in used if len(re.findall(rf"\b{name}\b", p.read_text())) < 2))
print(f"1..{count}")
sys.exit(1 if failed else 0)
