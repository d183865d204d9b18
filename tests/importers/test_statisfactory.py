"""A project in statisfactory's layout becomes one of gluepy, and runs."""

from __future__ import annotations

import json
import pickle
import shutil
from pathlib import Path

import pytest

from tests.projects.factory import Project, start_project

OLD = Path(__file__).parents[1] / "projects" / "statisfactory"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copytree(OLD, tmp_path / "old"))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(start_project(tmp_path))


@pytest.fixture
def imported(project: Project, old: Path) -> Project:
    done = project.manage("import-statisfactory", str(old))
    assert done.returncode == 0, done.stderr
    compiled = project.manage("notebooks", "compile")
    assert compiled.returncode == 0, compiled.stderr
    return project


def weights(project: Project, model: str, season: str) -> object:
    path = project.root / f"data/30_out/{model}/weights_{season}.pkl"
    return pickle.loads(path.read_bytes())


def written(project: Project) -> dict[str, bytes]:
    return {
        str(path): path.read_bytes()
        for path in project.root.rglob("*")
        if path.is_file() and path.parent.name != "__pycache__"
    }


# --- Running it -------------------------------------------------------------------------------


def test_the_converted_project_runs_with_its_configurations(imported: Project) -> None:
    for name, model in (("with_linear", "linear"), ("with_heavy", "heavy")):
        done = imported.manage("dag", "everything", "-c", name)
        assert done.returncode == 0, done.stderr
        assert weights(imported, model, "autumn") == 12 * (2 if model == "linear" else 10)


def test_what_one_dag_stores_another_reads_as_before(imported: Project) -> None:
    assert imported.manage("dag", "prepare", "-c", "base").returncode == 0
    done = imported.manage("dag", "check_again", "--param", "season=winter")
    assert done.returncode == 0, done.stderr


def test_catalog_and_configurations_are_those_of_the_old_project(imported: Project) -> None:
    listed = json.loads(imported.manage("catalog", "ls", "--json").stdout)
    assert [row["name"] for row in listed] == ["apple", "harvest", "pear", "weights"]
    shown = json.loads(imported.manage("configurations", "describe", "with_heavy", "--json").stdout)
    assert shown["jupyter.modelling.weigh.weigh"] == {"weight": 10}
    assert shown["MODEL"] == "heavy"
    assert imported.manage("check").returncode == 0


# --- What is written ----------------------------------------------------------------------------


def test_yaml_keeps_its_comments_and_templates_and_paths_start_at_the_root(
    imported: Project,
) -> None:
    raw = (imported.root / "configs/catalog/raw.yaml").read_text()
    assert "# What comes from outside." in raw
    assert '    path: "{{ RAW }}/{{ kind }}.csv"\n    root: true\n' in raw
    dags = (imported.root / "configs/dags/pipelines.yaml").read_text()
    assert dags == (OLD / "pipelines/definitions/pipelines.yaml").read_text()


def test_code_is_converted_where_it_has_to_be_and_nowhere_else(imported: Project) -> None:
    crafts = (imported.root / "toolbox/crafts.py").read_text()
    assert "statisfactory" not in crafts
    assert "@task\ndef gather(" in crafts
    assert "# one column more" in crafts
    frames = (imported.root / "toolbox/frames.py").read_text()
    assert frames == (OLD / "lib/toolbox/frames.py").read_text()


def test_local_variables_stay_out_of_git_and_secrets_out_of_the_report(
    project: Project, old: Path
) -> None:
    done = project.manage("import-statisfactory", str(old))
    assert "/configs/variables/locals.yaml" in (project.root / ".gitignore").read_text()
    assert "locals.yaml:4: 'aws_secret_access_key' is the setting AWS_SECRET" in done.stdout
    assert "not-to-be-shown" not in done.stdout + done.stderr


def test_importing_twice_changes_nothing(imported: Project, old: Path) -> None:
    done = imported.manage("import-statisfactory", str(old), "--json")
    assert done.returncode == 0, done.stderr
    assert {row["status"] for row in json.loads(done.stdout)["files"]} == {"same"}


def test_a_dry_run_writes_nothing(project: Project, old: Path) -> None:
    before = written(project)
    done = project.manage("import-statisfactory", str(old), "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "configs/catalog/raw.yaml" in done.stdout
    assert written(project) == before


def test_a_file_that_is_there_is_not_overwritten_unless_asked(project: Project, old: Path) -> None:
    project.write("configs/catalog/raw.yaml", "mine: {type: csv, path: mine.csv}")
    done = project.manage("import-statisfactory", str(old))
    assert done.returncode == 2
    assert "configs/catalog/raw.yaml" in done.stderr
    assert not (project.root / "toolbox").exists()
    assert "mine" in (project.root / "configs/catalog/raw.yaml").read_text()
    assert project.manage("import-statisfactory", str(old), "--force").returncode == 0
    assert "mine" not in (project.root / "configs/catalog/raw.yaml").read_text()


def test_tasks_of_one_name_in_two_modules_get_labels_of_their_own(
    project: Project, old: Path
) -> None:
    crafts = old / "lib/toolbox/crafts.py"
    (old / "lib/toolbox/others.py").write_text(crafts.read_text())
    assert project.manage("import-statisfactory", str(old)).returncode == 0
    text = (project.root / "toolbox/others.py").read_text()
    assert '@task(label="toolbox.others.gather")\ndef gather(' in text


def test_the_later_syntax_is_read_as_well(project: Project, old: Path) -> None:
    definitions = old / "pipelines/definitions/pipelines.yaml"
    definitions.write_text(definitions.read_text().replace("operators:", "+operators:"))
    models = old / "pipelines/configurations/models.yaml"
    models.write_text(models.read_text().replace("_from:", "+from:"))
    for command in (["import-statisfactory", str(old)], ["notebooks", "compile"]):
        assert project.manage(*command).returncode == 0
    done = project.manage("dag", "everything", "-c", "with_linear")
    assert done.returncode == 0, done.stderr
    assert weights(project, "linear", "autumn") == 24


# --- Mistakes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "holds no pyproject.toml"),
        ("[tool.ruff]\n", "has no [tool.statisfactory]"),
        ("[tool.statisfactory\n", "line 1"),
    ],
)
def test_a_folder_that_is_no_such_project_is_told(
    project: Project, tmp_path: Path, text: str | None, said: str
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    if text is not None:
        (other / "pyproject.toml").write_text(text)
    done = project.manage("import-statisfactory", str(other))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_expressions_are_left_to_people_with_file_and_line(project: Project, old: Path) -> None:
    made = old / "catalogs/more/made.yml"
    made.write_text(made.read_text() + "- name: odd\n  type: odbc\n  extra:\n    port: +{ x }+\n")
    done = project.manage("import-statisfactory", str(old), "--json")
    notes = json.loads(done.stdout)["by_hand"]
    assert {"configs/catalog/more/made.yml"} == {
        note["file"] for note in notes if note["what"].startswith("+{ … }+")
    }


# --- The regression, in the later syntax ----------------------------------------------------------

LATER = OLD.with_name("statisfactory_later")
READ = """
import gluepy
gluepy.setup()
from gluepy.catalog import catalog
for samples in (100, 500):
    print(*[round(float(one), 6) for one in catalog.load("coeffs", samples=samples)])
"""


@pytest.fixture
def study(project: Project) -> Project:
    done = project.manage("import-statisfactory", str(LATER))
    assert done.returncode == 0, done.stderr
    assert "By hand" not in done.stdout
    return project


def test_coefficients_of_two_configurations_are_kept_apart(study: Project) -> None:
    for name in ("base", "small"):
        done = study.manage("dag", "whole", "-c", name)
        assert done.returncode == 0, done.stderr
    small, large = study.python(READ).stdout.splitlines()
    assert len(small.split()) == 3
    assert large == "1.0 2.0 3.0 7.0"
    assert (study.root / "data/30_output/coeff_100.pkl").exists()
    assert (study.root / "data/10_raw/500_study.xlsx").exists()


def test_coefficients_are_overwritten_in_place_as_before(study: Project) -> None:
    for _ in range(2):
        assert study.manage("dag", "whole", "-c", "base").returncode == 0
    assert [file.name for file in (study.root / "data/30_output").iterdir()] == ["coeff_500.pkl"]


def test_a_script_of_statisfactory_runs_as_one_of_gluepy(study: Project) -> None:
    code = (study.root / "study/regression.py").read_text()
    assert 'DAG.of("in code",\n    keep,  # last\n    build,\n    train)\n' in code
    done = study.python(f"exec(compile({code!r}, 'regression.py', 'exec'))")
    assert (done.returncode, done.stdout) == (0, "4\n"), done.stderr


def test_what_pyproject_said_is_a_variable(study: Project) -> None:
    text = (study.root / "configs/variables/globals.yaml").read_text()
    assert text.startswith("out: 30_output\n")
    assert "project_slug: study\n" in text


# --- What may go wrong ----------------------------------------------------------------------------


def test_a_dag_of_the_yaml_runs_inside_a_task(project: Project, old: Path) -> None:
    (old / "lib/toolbox/launch.py").write_text(
        "from statisfactory import Craft, Session, Volatile\n\n\n@Craft()\n"
        'def launch(name="prepare") -> Volatile("got"):\n'
        "    pipeline = Session.get_active_session().pipelines_definitions[name]\n"
        '    return pipeline(season="winter")["fruits"]\n\n\n'
        "@Craft()\ndef tell(got: Volatile):\n    print('got', got)\n"
    )
    definitions = old / "pipelines/definitions/pipelines.yaml"
    definitions.write_text(
        f"{definitions.read_text()}outer:\n  operators:\n    - toolbox.launch.tell\n"
        "    - toolbox.launch.launch\n"
    )
    assert project.manage("import-statisfactory", str(old)).returncode == 0
    assert project.manage("notebooks", "compile").returncode == 0
    done = project.manage("dag", "outer")
    assert done.returncode == 0, done.stderr
    assert "got 12" in done.stdout


def test_modules_that_were_compiled_from_notebooks_are_made_anew(
    project: Project, old: Path
) -> None:
    compiled = old / "lib/jupyter/modelling"
    compiled.mkdir(parents=True)
    (compiled / "weigh.py").write_text("from statisfactory import Craft\n# In[1]:\n")
    (compiled / "mine.py").write_text("x = 1\n")
    assert project.manage("import-statisfactory", str(old)).returncode == 0
    assert project.manage("notebooks", "compile").returncode == 0
    assert "def weigh" in (project.root / "jupyter/modelling/weigh.py").read_text()
    assert (project.root / "jupyter/modelling/mine.py").read_text() == "x = 1\n"


def test_code_outside_of_the_sources_and_entrypoints_are_noted(project: Project, old: Path) -> None:
    (old / "main.py").write_text("from statisfactory import Session\n")
    with (old / "pyproject.toml").open("a") as file:
        file.write('[tool.statisfactory.entrypoints]\nmodule = "custom"\n')
    notes = json.loads(project.manage("import-statisfactory", str(old), "--json").stdout)["by_hand"]
    told = {note["file"]: note["what"] for note in notes}
    assert "uses statisfactory" in told["main.py"]
    assert "entrypoints" in told["pyproject.toml"]


def test_what_lies_beside_the_code_comes_along(project: Project, old: Path) -> None:
    (old / "lib/toolbox/query.sql").write_bytes(b"SELECT \xff")
    assert project.manage("import-statisfactory", str(old)).returncode == 0
    assert (project.root / "toolbox/query.sql").read_bytes() == b"SELECT \xff"


def test_pickles_of_the_old_project_are_trusted_and_others_are_not(
    project: Project, old: Path
) -> None:
    folder = old / "30_out/linear"
    folder.mkdir(parents=True)
    (folder / "weights_old.pkl").write_bytes(pickle.dumps(3))
    assert project.manage("import-statisfactory", str(old)).returncode == 0
    (project.root / "data/30_out/linear/weights_new.pkl").write_bytes(pickle.dumps(4))
    load = (
        "import gluepy; gluepy.setup(); from gluepy.catalog import catalog;"
        "print(catalog.load('weights', MODEL='linear', season='{}'))"
    )
    assert project.python(load.format("old")).stdout == "3\n"
    assert "UntrustedPickleError" in project.python(load.format("new")).stderr


def test_data_stay_where_they_are_if_that_is_asked_for(project: Project, old: Path) -> None:
    assert project.manage("import-statisfactory", str(old), "--no-data").returncode == 0
    assert not (project.root / "data").exists()


def test_a_second_import_works_while_modules_are_missing(project: Project, old: Path) -> None:
    project.settings('INSTALLED_MODULES = [*INSTALLED_MODULES, "jupyter.modelling.weigh"]')
    assert project.manage("import-statisfactory", str(old)).returncode == 0
    assert project.manage("notebooks", "compile").returncode == 0
    assert project.manage("check").returncode == 0


def test_the_file_names_the_project_as_well_as_its_folder(project: Project, old: Path) -> None:
    done = project.manage("import-statisfactory", str(old / "pyproject.toml"), "--dry-run")
    assert done.returncode == 0, done.stderr
    assert "toolbox/crafts.py" in done.stdout


@pytest.mark.parametrize(
    ("path", "content", "said"),
    [
        ("lib/settings/__init__.py", b"", "have a module 'settings', and so has the project"),
        ("lib/toolbox/odd.py", b"# caf\xe9\n", "odd.py' is not UTF-8 text"),
        ("catalogs/odd.yaml", b"# caf\xe9\n", "odd.yaml' is not UTF-8 text"),
    ],
)
def test_what_cannot_be_imported_at_all_is_told_in_one_line(
    project: Project, old: Path, path: str, content: bytes, said: str
) -> None:
    (old / path).parent.mkdir(exist_ok=True)
    (old / path).write_bytes(content)
    done = project.manage("import-statisfactory", str(old))
    assert done.returncode == 2
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (project.root / "toolbox").exists()


def test_sources_may_lie_beside_everything_else(project: Project, old: Path) -> None:
    toml = old / "pyproject.toml"
    toml.write_text(toml.read_text().replace('sources = "lib"', 'sources = "."'))
    (old / "venv").mkdir()
    (old / "venv/pyvenv.cfg").write_text("")
    (old / "venv/x.py").write_text("")
    (old / "top.py").write_text("from statisfactory import Craft\n\n@Craft()\ndef f(): ...\n")
    assert project.manage("import-statisfactory", str(old)).returncode == 0
    assert "@task" in (project.root / "top.py").read_text()
    assert not (project.root / "venv").exists()
    assert not (project.root / "catalogs").exists()
