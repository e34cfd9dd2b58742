"""The languages that have no rules of their own here: code, name, and the script that they are written in most.

Codes are those of ISO 639-1, and of ISO 639-3 where there is no shorter one; scripts are those of ISO 15924.
"""

from __future__ import annotations

_ROWS = """
    aa Afar Latn; ab Abkhazian Cyrl; ae Avestan Avst; af Afrikaans Latn; ak Akan Latn; am Amharic Ethi; an Aragonese Latn;
    as Assamese Beng; av Avaric Cyrl; ay Aymara Latn; az Azerbaijani Latn; ba Bashkir Cyrl; be Belarusian Cyrl; bg Bulgarian Cyrl;
    bi Bislama Latn; bm Bambara Latn; bn Bengali Beng; bo Tibetan Tibt; br Breton Latn; bs Bosnian Latn; ce Chechen Cyrl;
    ch Chamorro Latn; co Corsican Latn; cr Cree Cans; cs Czech Latn; cu Church_Slavonic Cyrl; cv Chuvash Cyrl; cy Welsh Latn;
    dsb Lower_Sorbian Latn; dv Divehi Thaa; dz Dzongkha Tibt; ee Ewe Latn; eo Esperanto Latn; et Estonian Latn; eu Basque Latn;
    fa Persian Arab; ff Fulah Latn; fj Fijian Latn; fo Faroese Latn; fy Western_Frisian Latn; ga Irish Latn; gd Scottish_Gaelic Latn;
    gl Galician Latn; gn Guarani Latn; grc Ancient_Greek Grek; gu Gujarati Gujr; gv Manx Latn; ha Hausa Latn; ho Hiri_Motu Latn;
    hr Croatian Latn; hsb Upper_Sorbian Latn; ht Haitian Latn; hu Hungarian Latn; hy Armenian Armn; hz Herero Latn;
    ia Interlingua Latn; ie Interlingue Latn; ig Igbo Latn; ii Nuosu Yiii; ik Inupiaq Latn; io Ido Latn; is Icelandic Latn;
    iu Inuktitut Cans; ja Japanese Jpan; jv Javanese Latn; ka Georgian Geor; kg Kongo Latn; ki Kikuyu Latn; kj Kuanyama Latn;
    kk Kazakh Cyrl; kl Kalaallisut Latn; km Khmer Khmr; kmr Northern_Kurdish Latn; kn Kannada Knda; kr Kanuri Latn;
    ks Kashmiri Arab; ku Kurdish Latn; kv Komi Cyrl; kw Cornish Latn; ky Kyrgyz Cyrl; la Latin Latn; lb Luxembourgish Latn;
    lg Luganda Latn; li Limburgish Latn; lij Ligurian Latn; ln Lingala Latn; lo Lao Laoo; lt Lithuanian Latn; lu Luba_Katanga Latn;
    lv Latvian Latn; mg Malagasy Latn; mh Marshallese Latn; mi Maori Latn; mk Macedonian Cyrl; ml Malayalam Mlym; mn Mongolian Cyrl;
    mr Marathi Deva; ms Malay Latn; mt Maltese Latn; my Burmese Mymr; na Nauru Latn; nd North_Ndebele Latn; ne Nepali Deva;
    ng Ndonga Latn; nn Norwegian_Nynorsk Latn; nr South_Ndebele Latn; nv Navajo Latn; ny Chichewa Latn; oc Occitan Latn;
    oj Ojibwa Cans; om Oromo Latn; or Odia Orya; os Ossetian Cyrl; pa Punjabi Guru; pi Pali Deva; ps Pashto Arab; qu Quechua Latn;
    rm Romansh Latn; rn Rundi Latn; rw Kinyarwanda Latn; sa Sanskrit Deva; sc Sardinian Latn; sd Sindhi Arab; se Northern_Sami Latn;
    sg Sango Latn; si Sinhala Sinh; sk Slovak Latn; sl Slovenian Latn; sm Samoan Latn; sn Shona Latn; so Somali Latn;
    sq Albanian Latn; sr Serbian Cyrl; ss Swati Latn; st Southern_Sotho Latn; su Sundanese Latn; sw Swahili Latn; ta Tamil Taml;
    te Telugu Telu; tg Tajik Cyrl; th Thai Thai; ti Tigrinya Ethi; tk Turkmen Latn; tl Tagalog Latn; tn Setswana Latn;
    to Tongan Latn; ts Tsonga Latn; tt Tatar Cyrl; tw Twi Latn; ty Tahitian Latn; ug Uyghur Arab; ur Urdu Arab; uz Uzbek Latn;
    ve Venda Latn; vi Vietnamese Latn; vo Volapuk Latn; wa Walloon Latn; wo Wolof Latn; xh Xhosa Latn; yi Yiddish Hebr;
    yo Yoruba Latn; za Zhuang Latn; zu Zulu Latn
"""

# Code -> (name, script); "_" in a name stands for a space.
LANGUAGES: dict[str, tuple[str, str]] = {
    code: (name, script) for code, name, script in (row.split() for row in _ROWS.split(";"))
}
