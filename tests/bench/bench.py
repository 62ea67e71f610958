"""Measures descopectl and prints each figure beside its bound, both taken in the same run. It decides nothing.

Every figure is the median of interleaved runs, so that what else the machine does falls on both sides alike.
"""
import argparse
import contextlib
import json
import math
import os
import pathlib
import platform
import re
import resource
import shutil
import statistics
import subprocess
import tempfile
import urllib.request

import generate

PROJECT = "P2benchmarkproject0000000000"
KEY = "K2benchmarkkey"


class Run:
    """One finished process: exit status, output, seconds of wall clock and CPU, peak memory in bytes."""

    def __init__(self, measure, command, cwd=None, environment=None):
        with tempfile.NamedTemporaryFile() as took:
            done = subprocess.run([measure, took.name, *command], cwd=cwd, env=environment, capture_output=True,
                                  text=True, check=True)
            figures = json.load(took)
        self.out, self.err = done.stdout, done.stderr
        self.wall, self.cpu, self.peak = figures["wall"], figures["cpu"], figures["peak"]
        self.exit = figures["exit"]

    def requests(self):
        return int(re.search(r"(\d+) requests", self.err).group(1))


def median(values):
    return statistics.median(values)


class Table:
    """The figures, one line each: median, the bound's median, and the median of the runs' ratios, which decides.

    A figure and a bound of one run stand in the same place of their lists: what else the machine did meanwhile is
    in both of them. A bound that is no measurement is a number.
    """

    def __init__(self, is_markdown):
        self.is_markdown = is_markdown
        print(f"Measured on {machine()}; medians of interleaved runs.\n")
        self.line("figure", "measured", "bound", "ratio", "", "of which")
        if is_markdown:
            self.line(*["---"] * 6)

    def line(self, what, figure, bound, ratio, verdict, note):
        if self.is_markdown:
            print(f"| {what} | {figure} | {bound} | {ratio} | {verdict} | {note} |", flush=True)
        else:
            print(f"{what:<66} {figure:>12} {bound:>12} {ratio:>6} {verdict:<6} {note}", flush=True)

    def row(self, what, figures, bounds=None, unit="", note="", at_least=False):
        """Prints one line; without bounds, a figure to know."""
        def shown(value):
            return f"{value:.{0 if value == int(value) or value >= 1000 else 2}f} {unit}".strip()

        if bounds is None:
            self.line(what, shown(median(figures)), "", "", "", note)
            return
        if not isinstance(bounds, list):
            bounds = [bounds] * len(figures)
        ratio = median(figure / bound for figure, bound in zip(figures, bounds, strict=True))
        is_within = ratio >= 1 if at_least else ratio <= 1
        self.line(what, shown(median(figures)), ("at least " if at_least else "") + shown(median(bounds)),
                  f"{ratio:.2f}", "within" if is_within else "OVER", note)


class Bench:
    def __init__(self, programs, folder, runs, table):
        self.binary, self.parse, self.loads, self.measure = map(str, programs)
        self.runs = runs
        self.folder = pathlib.Path(folder)
        self.row = table.row

    def environment(self, port=None):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        if port:
            env |= {"DESCOPE_PROJECT_ID": PROJECT, "DESCOPE_MANAGEMENT_KEY": KEY,
                    "DESCOPE_BASE_URL": f"http://127.0.0.1:{port}"}
        return env

    def tool(self, *arguments, port=None, cwd=None, expect=0):
        run = Run(self.measure, [self.binary, *arguments], cwd or self.folder, self.environment(port))
        if run.exit != expect:
            raise SystemExit(f"{' '.join(arguments)}: exit {run.exit}, not {expect}\n{run.err[:2000]}")
        return run

    def parsing(self, kind, files):
        run = Run(self.measure, [self.parse, kind, *map(str, files)])
        return json.loads(run.out)

    @contextlib.contextmanager
    def emulator(self, data, latency=0):
        """The emulator, kept in `data`; gives its port."""
        process = subprocess.Popen([self.binary, "emulator", "-o", "json", "--data", str(data), "--latency-ms", str(latency)],
                                   stdout=subprocess.PIPE, env=self.environment(), text=True)
        try:
            yield json.loads(process.stdout.readline())["port"]
        finally:
            process.terminate()
            process.wait()

    def project(self, name, count, only=None):
        """Manifests of `count` objects in a folder of their own; gives folder, files and bytes."""
        folder = self.folder / name
        size = generate.write(folder / "descope", generate.documents(count, only))
        return folder, sorted((folder / "descope").glob("*.yaml")), size

    # The figures -------------------------------------------------------------------------------------------------

    def validate(self, objects):
        folder, files, size = self.project("validate", objects)
        bare, ours = [], []
        for _ in range(self.runs):
            bare.append(self.parsing("yaml", files))
            ours.append(self.tool("validate", "-f", "descope", cwd=folder))
        note = f"{size / 1e6:.1f} MB, {len(files)} files; bare events {median(b['cpu'] for b in bare):.2f} s CPU"
        self.row("validate: CPU, against 1.8 x bare events", [r.cpu for r in ours], [1.8 * b["cpu"] for b in bare],
                 "s", note)
        self.row("validate: wall on 2 cores, against 1.1 x bare events", [r.wall for r in ours],
                 [1.1 * b["wall"] for b in bare], "s")
        self.row("validate: peak memory, against 8 x bytes + 20 MB", [r.peak / 1e6 for r in ours],
                 (8 * size + 20e6) / 1e6, "MB")

    def fill(self, folder, data):
        """Applies the manifests once, without latency, so that live and state are there; gives that run."""
        with self.emulator(data) as port:
            return self.tool("apply", "--auto-approve", "--parallelism", "20", "-f", "descope", port=port, cwd=folder)

    def fill_anew(self, folder, data):
        """The same where nothing is there yet."""
        shutil.rmtree(folder / ".descopectl", ignore_errors=True)
        data.unlink(missing_ok=True)
        return self.fill(folder, data)

    def live_lists(self, folder, port):
        """The bodies of all lists in files, and the number of pages of each list."""
        lists = {"outbound/apps": None, "resources/load": None, "thirdparty/apps/load": "paged",
                 "resource/dynamic-registration-templates/load": None, "role/all": None, "permission/all": None}
        files, pages = [], {}
        for path, is_paged in lists.items():
            page, collected = 0, 0
            while True:
                query = f"?page={page}&limit=100" if is_paged else ""
                request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/mgmt/{path}{query}",
                                                 headers={"Authorization": f"Bearer {PROJECT}:{KEY}"})
                body = urllib.request.urlopen(request).read()
                file = folder / f"list-{path.replace('/', '-')}-{page}.json"
                file.write_bytes(body)
                files.append(file)
                page += 1
                if not is_paged:
                    break
                answer = json.loads(body)
                collected += len(answer["apps"])
                if collected >= answer["total"]:
                    break
            pages[path] = page
        return files, pages

    def plan(self, objects, latency):
        folder, files, _ = self.project(f"plan-{objects}", objects)
        data = folder / "live.json"
        self.fill(folder, data)
        with self.emulator(data) as port:
            lists, pages = self.live_lists(folder, port)
        ours, yaml_cpu, json_cpu = [], [], []
        with self.emulator(data, latency) as port:
            for _ in range(self.runs):
                yaml_cpu.append(self.parsing("yaml", files)["cpu"])
                json_cpu.append(self.parsing("json", lists)["cpu"])
                ours.append(self.tool("plan", "--detailed-exitcode", "--log-level", "debug", "-f", "descope",
                                      port=port, cwd=folder))
        chain = max(pages.values()) * latency / 1000
        policies = sum(text.read_text().count("kind: ResourcePolicy") for text in files)
        loads = math.ceil(policies / 10) * latency / 1000
        parsing = [y + j for y, j in zip(yaml_cpu, json_cpu, strict=True)]
        what = f"plan without a change, {objects} objects, {latency} ms an answer"
        self.row(f"{what}: wall", [r.wall for r in ours], [1.3 * (chain + loads + p) for p in parsing], "s",
                 f"chain {chain:.2f} s, loads {loads:.2f} s, parsing {median(parsing):.2f} s CPU")
        self.row(f"{what}: requests", [r.requests() for r in ours], sum(pages.values()) + policies)
        self.row(f"{what}: CPU", [r.cpu for r in ours], None, "s")
        self.row(f"{what}: peak memory", [r.peak / 1e6 for r in ours], None, "MB")
        if objects <= 1000:
            self.row(f"{what}: wall beyond the latency", [r.wall - chain - loads for r in ours], 0.5, "s")

    def apply(self, objects, latency, parallelism):
        folder, _, _ = self.project("apply", objects, "connection")
        walls, requests = [], []
        for number in range(self.runs):
            data = folder / f"live-{number}.json"
            shutil.rmtree(folder / ".descopectl", ignore_errors=True)
            with self.emulator(data, latency) as port:
                run = self.tool("apply", "--auto-approve", "--parallelism", str(parallelism), "--log-level", "debug",
                                "-f", "descope", port=port, cwd=folder)
            walls.append(run.wall)
            requests.append(run.requests())
        lists = 6
        bound = 1.15 * (objects / parallelism + 2) * latency / 1000
        what = f"apply of {objects} creates, {latency} ms an answer, parallelism {parallelism}"
        self.row(f"{what}: wall", walls, bound, "s", f"{objects}/{parallelism} writes and 2 rounds of lists in sequence")
        self.row(f"{what}: requests", requests, objects + 2 * lists)

    def growth(self, small, large):
        """What an object costs in a large project, against 1.25 times what it costs in a small one."""
        folders = {}
        for count in (small, large):
            folders[count], _, _ = self.project(f"growth-{count}", count)
        commands = ("validate", "apply", "plan")
        figures = {(command, count): [] for command in commands for count in folders}
        for _ in range(self.runs):
            for count, folder in folders.items():
                figures["apply", count].append(self.fill_anew(folder, folder / "live.json"))
                figures["validate", count].append(self.tool("validate", "-f", "descope", cwd=folder))
                with self.emulator(folder / "live.json") as port:
                    figures["plan", count].append(self.tool("plan", "-f", "descope", port=port, cwd=folder))
        for command in commands:
            for name, unit, of in (("CPU", "us", lambda r: r.cpu * 1e6), ("memory", "kB", lambda r: r.peak / 1e3)):
                self.row(f"{command}: {name} an object, {large} objects against 1.25 x {small}",
                         [of(r) / large for r in figures[command, large]],
                         [1.25 * of(r) / small for r in figures[command, small]], unit)

    def emulated(self):
        loads = []
        for _ in range(self.runs):
            run = Run(self.measure, [self.loads, self.binary, "16", "60000"])
            loads.append(float(re.search(r"loads by id, 16 connections\s.*?(\d+) a second of its core", run.out).group(1)))
        self.row("emulator: loads a second on one core", loads, 15_000, at_least=True)

    def start(self):
        self.row("version: start to exit", [self.tool("version").wall * 1e3 for _ in range(21)], 15, "ms")
        with tempfile.NamedTemporaryFile() as stripped:
            subprocess.run(["strip", "-o", stripped.name, self.binary], check=True)
            self.row("stripped binary", [os.path.getsize(stripped.name) / 1e6], 12, "MB")


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} x {model.group(1) if model else platform.machine()}, {platform.release()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("parse", help="bench_parse")
    parser.add_argument("emulator", help="bench_emulator")
    parser.add_argument("measure", help="bench_measure")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--markdown", action="store_true", help="print the table as the README has it")
    parser.add_argument("--only", nargs="*", choices=["start", "validate", "plan", "apply", "growth", "emulator"])
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    with tempfile.TemporaryDirectory(prefix="descopectl-bench-") as folder:
        programs = [pathlib.Path(path).resolve()
                    for path in (arguments.binary, arguments.parse, arguments.emulator, arguments.measure)]
        bench = Bench(programs, folder, arguments.runs, Table(arguments.markdown))
        parts = {"start": bench.start, "validate": lambda: bench.validate(15_700),
                 "plan": lambda: (bench.plan(1_000, 100), bench.plan(10_000, 50)),
                 "apply": lambda: bench.apply(1_000, 50, 10), "growth": lambda: bench.growth(2_500, 20_000),
                 "emulator": bench.emulated}
        for name, part in parts.items():
            if not arguments.only or name in arguments.only:
                part()


if __name__ == "__main__":
    main()
