"""`advocate away` writes the front server's page where it is told to."""

from pathlib import Path

from click.testing import CliRunner

from intake.cli.away import command


def test_the_page_is_written_for_a_front_server_to_read(environment: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "away.html"
    for _ in range(2):
        done = CliRunner().invoke(command, ["--to", str(target)])
        assert done.exit_code == 0, done.output
    assert [path.name for path in tmp_path.iterdir()] == ["away.html"]
    assert target.stat().st_mode & 0o777 == 0o644
    assert "(555) 010-0199" in target.read_text()
