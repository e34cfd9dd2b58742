"""Chinese sentences to try a pipeline on."""

sentences = [
    "面包师早上六点开店。",
    "下一班去杭州的火车什么时候开？",
    "市政府以2.4亿元（约3,300万美元）买下了这块地。",
    "她在读一本关于海岛的书，书名是《Blue Water》。",
    "林博士从2019年起管理这家工厂。",
]
