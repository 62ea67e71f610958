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
import time
import urllib.request

import generate

PROJECT = "P2benchmarkproject0000000000"
KEY = "K2benchmarkkey"
ROWS = []


class Run:
    """One finished process: exit status, output, seconds of wall clock and CPU, peak memory in bytes."""

    def __init__(self, command, cwd=None, environment=None):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            start = time.perf_counter()
            process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            self.wall = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            err.seek(0)
            self.out, self.err = out.read().decode(), err.read().decode()
        self.exit = process.returncode
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak = usage.ru_maxrss * 1024

    def requests(self):
        return int(re.search(r"(\d+) requests", self.err).group(1))


def row(what, figure, bound, unit, note=""):
    """Prints and keeps one line of the table: the figure, its bound, and their ratio."""
    verdict = "" if bound is None else ("within" if figure <= bound else "OVER")
    ROWS.append((what, figure, bound, unit, verdict, note))
    shown = "" if bound is None else f"{bound:10.3f}"
    print(f"{what:<66} {figure:10.3f} {shown:>10} {unit:<6} {verdict:<6} {note}", flush=True)


def median(values):
    return statistics.median(values)


class Bench:
    def __init__(self, binary, parse, folder, runs):
        self.binary, self.parse, self.runs = str(binary), str(parse), runs
        self.folder = pathlib.Path(folder)

    def environment(self, port=None):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.folder)}
        if port:
            env |= {"DESCOPE_PROJECT_ID": PROJECT, "DESCOPE_MANAGEMENT_KEY": KEY,
                    "DESCOPE_BASE_URL": f"http://127.0.0.1:{port}"}
        return env

    def tool(self, *arguments, port=None, cwd=None, expect=0):
        run = Run([self.binary, *arguments], cwd or self.folder, self.environment(port))
        if run.exit != expect:
            raise SystemExit(f"{' '.join(arguments)}: exit {run.exit}, not {expect}\n{run.err[:2000]}")
        return run

    def parsing(self, kind, files):
        run = Run([self.parse, kind, *map(str, files)])
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
        cpu, wall = median(b["cpu"] for b in bare), median(b["wall"] for b in bare)
        note = f"{size / 1e6:.1f} MB, {len(files)} files; bare events {cpu:.2f} s CPU"
        row("validate: CPU, against 1.8 x bare events", median(r.cpu for r in ours), 1.8 * cpu, "s", note)
        row("validate: wall on 2 cores, against 1.1 x bare events", median(r.wall for r in ours), 1.1 * wall, "s")
        row("validate: peak memory, against 8 x bytes + 20 MB", median(r.peak for r in ours) / 1e6,
            (8 * size + 20e6) / 1e6, "MB")

    def fill(self, folder, data):
        """Applies the manifests once, without latency, so that live and state are there."""
        with self.emulator(data) as port:
            self.tool("apply", "--auto-approve", "--parallelism", "20", "-f", "descope", port=port, cwd=folder)

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
        parsing = median(yaml_cpu) + median(json_cpu)
        wall = median(r.wall for r in ours)
        policies = sum(text.read_text().count("kind: ResourcePolicy") for text in files)
        loads = math.ceil(policies / 10) * latency / 1000
        what = f"plan without a change, {objects} objects, {latency} ms an answer"
        row(f"{what}: wall", wall, 1.3 * (chain + loads + parsing), "s",
            f"chain {chain:.2f} s, loads {loads:.2f} s, parsing {parsing:.2f} s CPU")
        row(f"{what}: requests", median(r.requests() for r in ours), sum(pages.values()) + policies, "")
        row(f"{what}: CPU", median(r.cpu for r in ours), None, "s")
        row(f"{what}: peak memory", median(r.peak for r in ours) / 1e6, None, "MB")
        if objects <= 1000:
            row(f"{what}: wall beyond the latency", wall - chain - loads, 0.5, "s")

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
        row(f"{what}: wall", median(walls), bound, "s", f"{objects}/{parallelism} writes and 2 rounds of lists in sequence")
        row(f"{what}: requests", median(requests), objects + 2 * lists, "")

    def growth(self, small, large):
        figures = {small: [], large: []}
        ready = {}
        for count in figures:
            folder, _, _ = self.project(f"growth-{count}", count)
            self.fill(folder, folder / "live.json")
            ready[count] = folder
        for _ in range(self.runs):
            for count, folder in ready.items():
                with self.emulator(folder / "live.json") as port:
                    figures[count].append(self.tool("plan", "-f", "descope", port=port, cwd=folder))
        for name, of in (("CPU", lambda r: r.cpu * 1e6), ("memory", lambda r: r.peak / 1e3)):
            one, many = (median(of(r) for r in figures[count]) / count for count in (small, large))
            row(f"plan: {name} an object, {large} against 1.25 x {small}", many, 1.25 * one, "us" if name == "CPU" else "kB")

    def start(self):
        row("version: start to exit", median(self.tool("version").wall for _ in range(21)) * 1e3, 15, "ms")
        with tempfile.NamedTemporaryFile() as stripped:
            subprocess.run(["strip", "-o", stripped.name, self.binary], check=True)
            row("stripped binary", os.path.getsize(stripped.name) / 1e6, 12, "MB")


def machine():
    model = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return f"{os.cpu_count()} x {model.group(1) if model else platform.machine()}, {platform.release()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("parse", help="bench_parse")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=["validate", "plan", "apply", "growth", "start"])
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    print(machine())
    with tempfile.TemporaryDirectory(prefix="descopectl-bench-") as folder:
        bench = Bench(pathlib.Path(arguments.binary).resolve(), pathlib.Path(arguments.parse).resolve(), folder, arguments.runs)
        parts = {"start": bench.start, "validate": lambda: bench.validate(12_500),
                 "plan": lambda: (bench.plan(1_000, 100), bench.plan(10_000, 50)),
                 "apply": lambda: bench.apply(1_000, 50, 10), "growth": lambda: bench.growth(2_500, 20_000)}
        for name, part in parts.items():
            if not arguments.only or name in arguments.only:
                part()


if __name__ == "__main__":
    main()
