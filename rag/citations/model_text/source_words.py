"""The words with which models point at a source, in the languages that most of them write.

As sets of lower-case words, and as patterns for writing without spaces between words.
"""

# What a source is called in front of its number: "[Quelle 1]", "（来源1）".
NOUNS = frozenset(
    "source sources src srcs sourceid citation citations cite cites cited cit ref refs reference references paper papers "
    "abstract abstracts document documents doc docs excerpt excerpts passage passages id ids idx index no nr num number "
    "evidence context footnote fn "
    "quelle quellen beleg belege dokument abschnitt zusammenfassung fundstelle "
    "référence références réf document résumé extrait "
    "fuente fuentes referencia referencias cita citas documento resumen "
    "fonte fontes fonti referência referências riferimento riferimenti citazione citação resumo "
    "bron bronnen verwijzing källa källor kilde kilder lähde lähteet źródło źródła zdroj zdroje forrás izvor "
    "kaynak kaynaklar nguồn sumber rujukan "
    "источник источники источника источников источнику ссылка документ аннотация джерело "
    "المصدر مصدر المصادر مصادر المرجع مرجع مراجع الوثيقة الملخص منبع "
    "स्रोत संदर्भ सूत्र सन्दर्भ उद्धरण সূত্র उत्स "
    "来源 來源 文献 文獻 参考 參考 参考文献 參考文獻 摘要 资料 資料 引用 出处 出處 论文 論文 文档 文檔 信源 "
    "出典 典拠 参照 抄録 要旨 ソース 文書 출처 자료 문헌 참고 참고문헌 초록 논문 근거 문서 מקור מקורות πηγή แหล่งที่มา".split()
)
# With no word between it and its number: "[S1]", "[doc2]".
LETTERS = frozenset("sdpr")
# What may stand in front: "(see [1])", "(vgl. Quelle 1)".
INTRODUCING = frozenset(
    "see from per via in by the as according to stated described shown reported mentioned found noted given also cf eg e g "
    "of based on under vgl siehe s laut nach aus gemäß der die das dem den in voir cf selon d après dans le la les "
    "véase ver según de del en el los las conforme segundo secondo vedi da do nel nella "
    "см согласно по из в انظر من وفق وفقا في حسب देखें से के अनुसार 见 參見 参见 詳見 详见 根据 根據 据 依据 參照 より による 参照 参照せよ 참조 따르면".split()
)
# Several names: "Frantz et al.", "Frantz und Mitarbeiter".
OTHERS = frozenset(
    "et al and colleagues others coauthors team coworkers u a und andere mitarbeiter kollegen y otros col cols colaboradores "
    "e outros altri colleghi collaboratori ses collègues autres collaborateurs и др коллеги соавт وآخرون وزملاؤه وآخرين एवं अन्य 等 等人 ら 他 외 등 m fl".split()
)
AND = frozenset("and und et y e en och og ja i a ve và dan и та و और तथा 和 与 與 及 以及 跟 と および 및 과 와 או or oder ou o".split())
# A place within a source; the numbers behind it are no sources: "[1, p. 3]".
PLACES = frozenset(
    "p pp page pages pg section sections sec sect § sentence sentences sent line lines l ll para paragraph paragraphs par ch "
    "chap chapter fig figs figure figures table tab tbl eq eqn equation vol volume abstract title introduction conclusion "
    "conclusions results result methods method discussion s seite seiten abs absatz satz sätze zeile zeilen kap kapitel abb "
    "abbildung phrase phrases ligne lignes page pág págs página páginas línea líneas oración frase frases pagina riga "
    "стр с предложение строка абзац ص صفحة الجملة पृष्ठ वाक्य 页 頁 第 句 段 行 节 節 章 文 頁目 문장 쪽 줄".split()
)
ARCHIVES = frozenset(
    "arxiv doi pmid pubmed preprint iclr icml neurips nips acl emnlp naacl cvpr iccv eccv nature science plos proceedings "
    "journal conference workshop http https www url link online available accessed".split()
)
WITHOUT_SPACES = (
    r"(?:参考文献|參考文獻|来源|來源|文献|文獻|摘要|资料|資料|出处|出處|论文|論文|文档|文檔|引用|信源|出典|典拠|抄録|要旨|ソース|文書|출처|자료|문헌|초록|논문|문서|근거)"
)
# The heading of a list of references; what stands around it is signs.
HEADINGS = (
    r"(?:(?:list of |cited |key |primary |full |used |all )?(?:references?|sources?|citations?)(?: (?:list|used|cited|consulted|and notes))?|"
    r"bibliograph(?:y|ie|ia)|bibliograf(?:ía|ia|ie)|works cited|literature(?: cited)?|footnotes?|endnotes?|notes|further reading|"
    r"(?:verwendete |zitierte )?(?:quellen|quellenangaben?|quellenverzeichnis|literatur|literaturverzeichnis|literaturangaben|belege|nachweise|einzelnachweise|fußnoten|referenzen)|"
    r"(?:sources?|références?)(?: (?:citées?|utilisées?|bibliographiques))?|notes de bas de page|"
    r"(?:fuentes?|referencias?)(?: (?:citadas?|utilizadas?|consultadas?|bibliográficas))?|notas|(?:fontes?|referências?)(?: (?:citadas?|utilizadas?|bibliográficas))?|"
    r"(?:fonti?|fonte|riferimenti)(?: (?:citat[ie]|utilizzat[ie]|bibliografici))?|note|bronnen(?:lijst)?|bronvermelding|literatuur|referenties|verwijzingen|"
    r"källor|referenser|kilder|referanser|lähteet|źródła|literatura|zdroje|források|irodalom|kaynak(?:lar|ça)|referanslar|nguồn(?: tham khảo)?|tài liệu tham khảo|"
    r"(?:daftar )?(?:sumber|pustaka|referensi|rujukan)|(?:список )?(?:источник(?:и|ов)|литератур[аы]|использованн\w+ (?:источник\w+|литератур\w+))|библиография|ссылки|джерела|"
    r"المصادر|المراجع|قائمة المراجع|المصادر والمراجع|स्रोत|संदर्भ|सन्दर्भ|संदर्भ सूची|সূত্র|מקורות|πηγές|"
    r"参考文献|參考文獻|参考资料|參考資料|引用来源|引用來源|引用文献|引文|数据来源|来源|來源|资料来源|文献|文獻|参考|參考|引用|出典|参照|参考資料|ソース|脚注|출처|참고문헌|참고 문헌|참고자료|참고)"
)
# What stands in front of an answer, and of a question said again.
ANSWERS = (
    r"(?:(?:final |short |direct |brief )?answer|assistant|response|output|antwort|kurze antwort|réponse|respuesta|resposta|risposta|antwoord|svar|vastaus|odpowiedź|"
    r"odpověď|válasz|cevap|yanıt|trả lời|jawaban|ответ|відповідь|الإجابة|الجواب|إجابة|जवाब|उत्तर|उत्तर|答案|回答|答|답변|답|תשובה|απάντηση)"
)
QUESTIONS = (
    r"(?:question|user question|query|user|q|frage|pregunta|pergunta|domanda|vraag|fråga|spørgsmål|kysymys|pytanie|otázka|kérdés|soru|câu hỏi|pertanyaan|"
    r"вопрос|питання|السؤال|سؤال|प्रश्न|सवाल|问题|問題|问|質問|질문|שאלה|ερώτηση)"
)
