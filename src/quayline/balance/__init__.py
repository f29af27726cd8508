"""People and work content against line speed."""
