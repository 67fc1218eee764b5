#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Run the built tests and count: one program more at a time than there are cores, since many of them wait; the longest first.

    check.py           make check: the tests of the plain and of the sanitized build, the end-to-end scripts, the checks of the house;
                       then slices of the long tests until CHECK_SLICES_UNTIL (seconds since 1970), where that is given
    check.py tests DIR the tests of that build alone (make asan, tsan, cov)
    check.py long      make check-long: the long tests in full; `check.py long NAME...` some of them

Every program speaks TAP on stdout: "ok", "not ok", "# SKIP"; a line "# skipped: WHY" before a skip says why. The last line is
"N passed, N failed, N skipped"; the exit status is 1 when anything failed. A test that takes more than half of its time limit has
failed: the next slower machine would not get through. CHECK_JOBS says how many cores are used, CHECK_LIMIT how many seconds each may take."""
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = os.environ.get("BUILD", "build")
CORES = len(os.sched_getaffinity(0))
JOBS = int(os.environ.get("CHECK_JOBS") or CORES) + 1
LIMIT_S = int(os.environ.get("CHECK_LIMIT") or 600)
HOURS_S = 8 * 3600
SLICES_LEAST_S = 300  # less is not worth building the fuzz targets for

# The longest ones first, so that none is left to run by itself at the end; the order of the others does not matter.
LONGEST = ["kill.sh", "page.sh", "test_scenarios", "test_quiet_day", "test_zone_oracle", "test_water", "test_route_property", "test_store_faults",
           "webhook.sh", "live.sh", "cli.sh", "replay.sh", "norway.sh", "test_ports", "test_zone_near", "test_engine"]
# These measure time or need the machine for themselves: run after the others, one by one.
ALONE = {}

lock = threading.Lock()
count = {"passed": 0, "failed": 0, "skipped": 0}


class Job:
    def __init__(self, name, argv, env=None, limit_s=LIMIT_S):
        self.name, self.argv, self.env, self.limit_s = name, [str(a) for a in argv], env or {}, limit_s

    def base(self):
        return self.name.split("/")[-1]

    def rank(self):
        at = LONGEST.index(self.base()) if self.base() in LONGEST else len(LONGEST)
        return (at, not self.name.startswith("asan/"))


def run(job, slot):
    """Run it, print what became of it, count its lines."""
    log = ROOT / BUILD / "log" / (re.sub(r"[/ ]", "_", job.name) + ".log")
    env = {**os.environ, **job.env, "LOOKOUT_SLOT": str(slot)}
    begin = time.monotonic()
    with open(log, "wb") as out:
        program = subprocess.Popen(job.argv, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                   start_new_session=True)
    late = threading.Timer(job.limit_s, end_group, [program.pid])
    late.start()
    status, used = os.wait4(program.pid, 0)[1:]
    program.returncode = os.waitstatus_to_exitcode(status)
    late.cancel()
    end_group(program.pid)  # and whatever it left
    took = time.monotonic() - begin
    status = program.returncode if took < job.limit_s else f"none in {job.limit_s} s"
    report(job, log.read_text(errors="replace").splitlines(), status, (took, used.ru_utime + used.ru_stime))


def end_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def report(job, lines, status, times):
    took, core = times
    passed, failed, why, skips = 0, 0, "", []
    for line in lines:
        if line.startswith("# skipped: "):
            why = line[len("# skipped: "):]
        elif re.match(r"(not )?ok\b", line):
            if "# SKIP" in line:
                # "ok 3 - NAME # SKIP WHY" of the scripts, "not ok 3 # SKIP NAME" of cmocka.
                name, told = re.match(r"(?:not )?ok \d+(?: - )?(.*?)\s*# SKIP\s*(.*)", line).groups()
                skips.append(f"{name}: {told}" if name else f"{told}: {why or 'it does not say why'}")
            elif line.startswith("ok"):
                passed += 1
            else:
                failed += 1
            why = ""
    text = [f"    skipped: {s}" for s in skips]
    bad = failed
    if not bad and (status != 0 or passed + len(skips) == 0):
        bad = 1
    if bad:
        text.insert(0, f"FAILED  {job.name} ({passed} passed, {failed} failed, exit {status}; {took:.1f} s, {core:.1f} s of a core)")
        text += ["    " + line for line in lines[-60:]]
    else:
        text.insert(0, f"ok      {job.name} ({passed}; {took:.1f} s, {core:.1f} s of a core)")
        # Where others use the machine too, the time of a core says whose doing it is.
        busy = os.getloadavg()[0] > 2 * max(JOBS, CORES)
        if (core if busy else took) > job.limit_s / 2:
            bad = 1
            text.append(f"SLOW    {job.name} took more than half of its limit of {job.limit_s} s")
    with lock:
        print("\n".join(text), flush=True)
        count["passed"] += passed
        count["failed"] += bad
        count["skipped"] += len(skips)


def side_by_side(jobs):
    """Run what the iterator gives, JOBS at a time."""
    jobs = iter(jobs)

    def work(slot):
        while True:
            with lock:
                job = next(jobs, None)
            if job is None:
                return
            run(job, slot)

    workers = [threading.Thread(target=work, args=(slot,)) for slot in range(JOBS)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()


def env_of(build, sanitized):
    return {"LOOKOUT_BUILD": str(ROOT / build), "LOOKOUT_BIN": str(ROOT / build / "lookoutd"), "LOOKOUT_SANITIZED": "1" if sanitized else ""}


def suite(build, prefix, sanitized):
    env = env_of(build, sanitized)
    jobs = []
    for t in sorted((ROOT / build / "tests").iterdir()):
        if not os.access(t, os.X_OK) or t.is_dir():
            continue
        corpus = [ROOT / "tests/fuzz/corpus" / t.name[len("corpus_"):]] if t.name.startswith("corpus_") else []
        jobs.append(Job(prefix + t.name, [t] + corpus, env))
    for t in sorted((ROOT / "tests/e2e").glob("*.sh")):
        # The page is driven once: what a browser does takes no other way through a sanitized daemon than test_api's requests.
        if t.name != "lib.sh" and not (sanitized and t.name == "page.sh"):
            jobs.append(Job(prefix + t.name, ["bash", t], env))
    return jobs


def check():
    env = env_of(BUILD, False)
    house = [Job(t.name, ["sh", t], env) for t in sorted((ROOT / "tests/tools").glob("house-*.sh"))]
    last = [j for j in house if j.name == "house-schema.sh"]  # it reads the alerts that all others made
    jobs = suite(BUILD, "", False) + suite(BUILD + "/asan", "asan/", True) + [j for j in house if j not in last]
    side_by_side(sorted((j for j in jobs if j.base() not in ALONE), key=Job.rank))
    for job in [j for j in jobs if j.base() in ALONE] + last:
        run(job, 0)


# --- the long tests: in full, or in slices, each with a seed of its own ---

def long_jobs(is_full, dice):
    """What make check-long does, or a slice of each: of a minute or two."""
    plain, asan = env_of(BUILD, False), env_of(BUILD + "/asan", True)
    tests, asan_tests = ROOT / BUILD / "tests", ROOT / BUILD / "asan/tests"
    full = {"LOOKOUT_FULL": "1"} if is_full else {}

    def job(name, argv, env):
        seed = dice.randrange(32768)
        env = {**env, "LOOKOUT_SEED": str(seed), "SEED": str(seed)}
        return Job(f"long/{name}, seed {seed}", argv, env, HOURS_S if is_full else LIMIT_S)

    jobs = [job("kill", ["bash", "tests/e2e/kill.sh"], {**plain, "N": "1000" if is_full else "40"}),
            job("zone_oracle", [tests / "test_zone_oracle"], {**plain, **full}),
            job("scenarios", [asan_tests / "test_scenarios"], {**asan, **full}),
            job("route_property", [tests / "test_route_property"], plain),
            job("dark_property", [tests / "test_dark_property"], {**plain, **full})]
    jobs += [job("quiet_day", [tests / "test_quiet_day"], plain) for _ in range(50 if is_full else 1)]
    if is_full:  # two builds and a bare system: no slice of it fits
        jobs.append(job("deb", ["bash", "tests/tools/deb.sh"], {}))
    seconds = os.environ.get("FUZZ_SECONDS") or (1200 if is_full else 30)
    for target in sorted((ROOT / BUILD / "libfuzzer/fuzz").glob("fuzz_*")):
        if os.access(target, os.X_OK):
            name = target.name[len("fuzz_"):]
            jobs.append(job(f"fuzz {name}", ["sh", "tests/tools/fuzz.sh", seconds, name], {"BUILD": BUILD + "/libfuzzer"}))
    return jobs


def slices(until):
    """Slices of the long tests, again and again, until that time; those that have begun are let end."""
    dice = random.Random()
    if time.time() + SLICES_LEAST_S < until:
        # A make of its own: it is no part of the one that has started this.
        yield Job("fuzz-built", ["env", "-u", "MAKEFLAGS", "-u", "MFLAGS", "sh", "-c",
                                 f"make BUILD={BUILD} JOBS={JOBS} fuzz-built && echo ok 1"])
    while True:
        jobs = long_jobs(False, dice)
        dice.shuffle(jobs)
        for job in jobs:
            if time.time() >= until:
                return
            yield job


def main(words):
    what = words[0] if words else "all"
    if what not in ("all", "tests", "long"):
        sys.exit(__doc__)
    for name, value in (("LOOKOUT_ROOT", ROOT), ("CMOCKA_MESSAGE_OUTPUT", "TAP"),
                        ("ASAN_OPTIONS", "detect_leaks=1:abort_on_error=0:malloc_context_size=8"), ("UBSAN_OPTIONS", "print_stacktrace=1"),
                        ("LSAN_OPTIONS", f"suppressions={ROOT}/tests/tools/lsan.supp:print_suppressions=0")):
        os.environ[name] = str(value)
    # Scratch files stay in the build folder; what a killed run has left goes.
    scratch = ROOT / BUILD / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    os.environ["TMPDIR"] = str(scratch)
    (ROOT / BUILD / "log").mkdir(exist_ok=True)
    begin = time.monotonic()
    if what == "all":
        check()
        side_by_side(slices(float(os.environ.get("CHECK_SLICES_UNTIL") or 0)))
    elif what == "tests":
        side_by_side(sorted(suite(words[1], "", "san" in words[1]), key=Job.rank))
    else:
        jobs = long_jobs(True, random.Random())
        side_by_side(j for j in jobs if not words[1:] or re.match("|".join(words[1:]), j.name[len("long/"):]))
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"{time.monotonic() - begin:.0f} s, {used.ru_utime + used.ru_stime:.0f} s of a core, {JOBS} programs at a time")
    print(f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped")
    sys.exit(1 if count["failed"] or not count["passed"] else 0)


if __name__ == "__main__":
    main(sys.argv[1:])
