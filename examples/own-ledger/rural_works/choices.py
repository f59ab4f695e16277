"""Words that a ledger and a parameter share; no Django here, since parameters are read without it.
台账和参数共用的词；参数不依赖 Django，所以不写在 models 里。"""

WORKS = ("改厕", "垃圾清运", "污水治理", "粪污处置", "村庄清洁")
ARREARS = ("民工工资", "工程款")
HOUSEHOLDS = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")
