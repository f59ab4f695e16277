"""农业农村重点工作 (S3.3.3, S3.3.4): sanitation works, arrears of projects, households in need."""

TITLE = ("农业农村重点工作", "rural works")
