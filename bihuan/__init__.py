"""闭环 Bihuan: find the holes, close the loop (查找漏洞盲点，筑牢闭环管理的防线)."""
