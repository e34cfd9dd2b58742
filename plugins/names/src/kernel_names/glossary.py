"""What tags and labels stand for: the module `kernel.glossary`."""

from kernel.errors import warn

_POS = """
ADJ: adjective
ADP: adposition
ADV: adverb
AUX: auxiliary
CONJ: conjunction
CCONJ: coordinating conjunction
DET: determiner
INTJ: interjection
NOUN: noun
NUM: numeral
PART: particle
PRON: pronoun
PROPN: proper noun
PUNCT: punctuation
SCONJ: subordinating conjunction
SYM: symbol
VERB: verb
X: anything else
EOL: end of a line
SPACE: white space
"""

# The Penn Treebank, with the additions of OntoNotes.
_TAGS = """
.: end of a sentence
,: comma
-LRB-: opening bracket
-RRB-: closing bracket
``: opening quotation mark
'': closing quotation mark
"": quotation mark
:: colon, semicolon, dash or dots
$: currency
#: number sign
ADD: mail or web address
AFX: affix
BES: short form of "is"
CC: coordinating conjunction
CD: cardinal number
DT: determiner
EX: "there" that says that something exists
FW: word of another language
GW: part of a word that belongs to its neighbour
HVS: short form of "has"
HYPH: hyphen
IN: preposition or subordinating conjunction
JJ: adjective
JJR: adjective, comparative
JJS: adjective, superlative
LS: mark of an item in a list
MD: modal verb
NFP: punctuation that is not needed
NIL: no tag
NN: noun, singular or mass
NNP: proper noun, singular
NNPS: proper noun, plural
NNS: noun, plural
PDT: predeterminer
POS: possessive ending
PRP: personal pronoun
PRP$: possessive pronoun
RB: adverb
RBR: adverb, comparative
RBS: adverb, superlative
RP: particle of a verb
SP: white space
_SP: white space
SYM: symbol
TO: "to"
UH: interjection
VB: verb, base form
VBD: verb, past tense
VBG: verb, gerund or present participle
VBN: verb, past participle
VBP: verb, present tense, other than third person singular
VBZ: verb, present tense, third person singular
WDT: determiner that begins with wh-
WP: pronoun that begins with wh-
WP$: possessive pronoun that begins with wh-
WRB: adverb that begins with wh-
XX: unknown
"""

_PHRASES = """
ADJP: adjective phrase
ADVP: adverb phrase
CONJP: conjunction phrase
NP: noun phrase
PP: prepositional phrase
PRT: particle
QP: quantifier phrase
S: sentence
SBAR: subordinate clause
UCP: coordination of unlike phrases
VP: verb phrase
"""

# ClearNLP's labels, and those of Universal Dependencies.
_DEPENDENCIES = """
acl: clause that modifies a noun
acomp: adjective that complements a verb
advcl: clause that modifies like an adverb
advmod: adverb that modifies
agent: agent of a passive verb
amod: adjective that modifies
appos: apposition
attr: attribute
aux: auxiliary
aux:pass: auxiliary of the passive
auxpass: auxiliary of the passive
case: mark of case
cc: coordinating conjunction
ccomp: clause that is a complement
clf: classifier
compound: part of a compound
complm: word that introduces a complement
conj: conjunct
cop: copula
csubj: clause that is a subject
csubj:pass: clause that is a subject of the passive
csubjpass: clause that is a subject of the passive
dative: indirect object
dep: dependency of no particular kind
det: determiner
discourse: element of the discourse
dislocated: element out of its place
dobj: direct object
expl: expletive
fixed: part of a fixed expression
flat: part of a name or of another flat expression
goeswith: part of a word that was split
hmod: modifier of a part of a hyphenated word
hyph: hyphen
infmod: infinitive that modifies
intj: interjection
iobj: indirect object
list: item of a list
mark: word that introduces a clause
meta: note on the text itself
neg: negation
nmod: noun that modifies
nn: noun that modifies a noun
nounmod: noun that modifies
npadvmod: noun phrase that modifies like an adverb
npmod: noun phrase that modifies like an adverb
nsubj: subject
nsubj:pass: subject of the passive
nsubjpass: subject of the passive
num: number that modifies
number: part of a number
nummod: number that modifies
obj: object
obl: oblique nominal
oprd: predicate of an object
orphan: dependent of a word that was left out
parataxis: clause beside another
partmod: participle that modifies
pcomp: complement of a preposition
pobj: object of a preposition
poss: possessor
possessive: possessive ending
preconj: word before a pair of conjuncts
predet: word before a determiner
prep: preposition that modifies
prt: particle of a verb
punct: punctuation
quantmod: modifier of a quantifier
rcmod: relative clause
relcl: relative clause
reparandum: what the speaker corrects
root: root of the sentence
ROOT: root of the sentence
vocative: person spoken to
xcomp: complement without a subject of its own
"""

# OntoNotes 5, and the coarse labels of CoNLL 2003 and of texts from Wikipedia.
_ENTITIES = """
PERSON: people, also those of fiction
NORP: groups of nationality, religion or politics
FAC: buildings, airports, roads, bridges
FACILITY: buildings, airports, roads, bridges
ORG: companies, agencies, institutions
GPE: countries, cities, states
LOC: places other than countries and cities, such as mountains and waters
PRODUCT: things, vehicles, foods; no services
EVENT: battles, wars, storms, sports events
WORK_OF_ART: titles of books, songs, films
LAW: documents that were made laws
LANGUAGE: languages
DATE: dates or periods, absolute or relative
TIME: times shorter than a day
PERCENT: percentages, with the sign
MONEY: amounts of money, with the unit
QUANTITY: measures, such as weights and distances
ORDINAL: "first", "second" and the like
CARDINAL: numbers that are nothing of the rest
PER: people
MISC: events, nationalities, products, works and other names
"""


def _read(text: str) -> dict[str, str]:
    """Lines such as `NP: noun phrase`. A term may hold a colon, what it stands for has none followed by a space."""
    lines = (line.rpartition(": ") for line in text.strip().splitlines())
    return {term: meaning for term, _, meaning in lines}


_DEPENDENCY_TERMS = _read(_DEPENDENCIES)

GLOSSARY: dict[str, str] = {
    **_read(_PHRASES),
    **_DEPENDENCY_TERMS,
    **_read(_TAGS),
    **_read(_POS),
    **_read(_ENTITIES),
}


def explain(term: str) -> str | None:
    """What a tag or label stands for; None, with a warning, for one that isn't known.

    A subtype such as `nmod:poss` is explained by its parts if the whole isn't known: "noun that modifies (possessor)".
    """
    found = GLOSSARY.get(term)
    kind, colon, subtype = term.partition(":")
    if found is None and colon and subtype and kind in _DEPENDENCY_TERMS:
        found = f"{_DEPENDENCY_TERMS[kind]} ({_DEPENDENCY_TERMS.get(subtype, subtype)})"
    if found is None:
        warn(
            f"there is no explanation of {term!r}: it may be a label of your own, or belong to another language"
        )
    return found
