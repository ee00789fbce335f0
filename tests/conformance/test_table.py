"""The table of docs/drill.md says what the drill does, and by which test. It leaves no operation out, and no test is made up."""

import pathlib
import re
import unittest

from test_models import ROOT, served

HERE = pathlib.Path(__file__).parent


def table(first):
    """Rows of the table whose first column is called so, as lists of cells."""
    lines = (ROOT / "docs/drill.md").read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"| {first} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


class Table(unittest.TestCase):
    def test_every_row_names_a_test_that_there_is(self):
        tests = set()
        for file in HERE.glob("test_*.py"):
            tests.update(re.findall(r"def (test_\w+)\(", file.read_text(encoding="utf-8")))
        for file in (ROOT / "tests/drill").glob("*.rs"):
            tests.update(re.findall(r"#\[tokio::test[^\n]*\]\nasync fn (\w+)\(", file.read_text(encoding="utf-8")))
        rows = table("call")
        self.assertGreater(len(rows), 30)
        for row in rows:
            with self.subTest(row[0]):
                self.assertEqual(len(row), 5)
                self.assertTrue(all(cell and (cell == "not measured" or cell[0] in "✓~✗") for cell in row[1:4]), row)
                self.assertIn(row[4].strip("`"), tests)

    def test_both_tables_have_every_operation_that_is_served(self):
        names = {"ecs": "ECS", "ecr": "ECR", "elbv2": "ELBv2", "cloudwatch": "CloudWatch", "sts": "STS", "logs": "CloudWatch Logs", "rds": "RDS",
                 "secretsmanager": "Secrets Manager", "application-autoscaling": "Application Auto Scaling", "iam": "IAM", "ssm": "Systems Manager"}
        operations = {row[0]: set(re.findall(r"\b[A-Z][a-z]\w+[a-z]\b", row[2])) for row in table("service")}
        compared = "\n".join(row[0] for row in table("call"))
        for service, known in served().items():
            with self.subTest(service):
                self.assertEqual(operations[names[service]], known)
                self.assertEqual([name for name in sorted(known) if not re.search(rf"^{service} .*\b{name}\b", compared, re.MULTILINE)], [])


if __name__ == "__main__":
    unittest.main()
