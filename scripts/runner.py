"""Run jobs side by side, tell of each how it went, and remember that for the next time."""
import concurrent.futures
import json
import os
import re
import signal
import subprocess
import time

LIMIT = 1500                            # seconds: a job that takes longer hangs
TAIL, EVENTS = 25, 12                   # lines of a failed job's log that are shown
# What a log says first about something that went wrong.
PROBLEM = re.compile(r".*(KERNEL PANIC|STOPPED on|TRIPLE FAULT|run: no end|: error: ).*|"
                     r"# (?!running ).*|.*\[W\] .*")
# The last events of every CPU, many lines below a report, which they would push out of the tail.
RECORD = re.compile(r"\s*\d+\.\d{6} CPU \d+: |(The|run: the) last events of every CPU")


class Job:
    """name: its first word is what the user asks for.  judge: of (output, exit status) a list of
    (test, problem or None).  note: what of the output is shown beside the verdict."""

    def __init__(self, name, command, judge, note=lambda output: ""):
        self.name = name
        self.command = command
        self.judge = judge
        self.note = note


class Memory:
    """How each job went when it ran last, in FOLDER/last.json: {name: [seconds, failed]}."""

    def __init__(self, folder):
        self.path = f"{folder}/last.json"
        self.jobs = {}
        if os.path.exists(self.path):
            with open(self.path) as text:
                self.jobs = json.load(text)

    def seconds(self, job):
        """None if it never ran."""
        return self.jobs.get(job.name, [None])[0]

    def failed(self):
        return [name for name, (_, failed) in self.jobs.items() if failed]

    def forget(self, names):
        for name in names:
            del self.jobs[name]

    def note(self, job, seconds, failed):
        self.jobs[job.name] = [round(seconds, 1), failed]
        with open(self.path + ".new", "w") as text:
            json.dump(self.jobs, text, indent=0)
        os.replace(self.path + ".new", self.path)


class Progress:
    """How many jobs are done, and how long the others will take: as long as the last time if
    that is known, else as long as those of this run that are done."""

    def __init__(self, jobs, memory, workers):
        self.begin = time.monotonic()
        self.total, self.done = len(jobs), 0
        self.expected = {job.name: memory.seconds(job) for job in jobs}
        self.workers = workers
        self.busy = 0

    def add(self, job, seconds):
        self.done += 1
        self.busy += seconds
        del self.expected[job.name]

    def text(self):
        usual = self.busy / self.done
        left = sum(usual if known is None else known for known in self.expected.values())
        minutes, seconds = divmod(round(left / self.workers), 60)
        width = len(str(self.total))
        return f"{self.done:{width}}/{self.total} {minutes:2}:{seconds:02} left"


def end_group(process, patience=10):
    """Asks it and what it has begun to end; makes them, if they do not."""
    for number, seconds in (signal.SIGTERM, patience), (signal.SIGKILL, None):
        try:
            os.killpg(process.pid, number)
            process.wait(seconds)
            return
        except (subprocess.TimeoutExpired, ProcessLookupError):
            pass


class Runner:
    def __init__(self, folder, workers, limit=LIMIT):
        self.folder = folder
        self.workers = workers
        self.limit = limit
        self.memory = Memory(folder)
        self.running = set()

    def log_of(self, job):
        return f"{self.folder}/{re.sub('[^a-z0-9=.-]', '_', job.name)}.log"

    def await_end(self, process):
        """The exit status; None: it took too long, and was ended with all that it had begun."""
        self.running.add(process)
        try:
            return process.wait(self.limit)
        except subprocess.TimeoutExpired:
            end_group(process)
            return None
        finally:
            self.running.discard(process)

    def run_one(self, job):
        """(job, seconds, results, note)"""
        start = time.monotonic()
        with open(self.log_of(job), "wb") as log:
            status = self.await_end(subprocess.Popen(
                job.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True))
        with open(self.log_of(job), errors="replace") as log:
            output = log.read().replace("\r", "")
        late = [(job.name, f"no end after {self.limit} seconds")]
        results = late if status is None else job.judge(output, status)
        return job, time.monotonic() - start, results, job.note(output)

    def show_failure(self, job, failed):
        """The problems, and of the log what says most."""
        for name, problem in failed[:10]:
            print(f"         {name}: {problem}")
        with open(self.log_of(job), errors="replace") as log:
            text = log.read().replace("\r", "").splitlines()
        record = [line for line in text if RECORD.match(line)]
        lines = [line for line in text if not RECORD.match(line)]
        said = [line for line in lines[:-TAIL] if PROBLEM.fullmatch(line)]
        for line in (said[:5] + ["..."] * (len(lines) > TAIL) + lines[-TAIL:] +
                     record[:1] + record[1:][-EVENTS:]):
            print(f"       | {line}")
        print(f"       whole log: {self.log_of(job)}", flush=True)

    def in_order(self, jobs):
        """What took longest the last time goes first, so that no CPU is left with a long job in
        the end.  What never ran keeps its place, before all that did."""
        return sorted(jobs, key=lambda job: -(self.memory.seconds(job) or float("inf")))

    def run(self, jobs):
        """(how many tests passed, how many failed).  In the end it says again what failed."""
        progress = Progress(jobs, self.memory, self.workers)
        passed = failures = 0
        summary = []
        pool = concurrent.futures.ThreadPoolExecutor(self.workers)
        try:
            begun = [pool.submit(self.run_one, job) for job in self.in_order(jobs)]
            for future in concurrent.futures.as_completed(begun):
                job, seconds, results, note = future.result()
                failed = [(name, problem) for name, problem in results if problem]
                progress.add(job, seconds)
                self.memory.note(job, seconds, bool(failed))
                good = len(results) - len(failed)
                print(f"{progress.text()}  {'FAILED' if failed else 'ok':6} {seconds:5.1f} s  "
                      f"{job.name}: {good} passed"
                      + (f", {len(failed)} failed" if failed else "") + note, flush=True)
                if failed:
                    self.show_failure(job, failed)
                    summary.append("failed: {}: {}: {}".format(job.name, *failed[0]))
                passed, failures = passed + good, failures + len(failed)
        except KeyboardInterrupt:       # the terminal does not tell those in their own groups
            pool.shutdown(wait=False, cancel_futures=True)
            for process in set(self.running):
                end_group(process)
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        for line in summary:
            print(line)
        return passed, failures
