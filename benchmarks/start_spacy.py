"""Import spacy, load a pipeline and read the entities of one sentence: timed as a whole process."""

import sys

import spacy

nlp = spacy.load(sys.argv[1])
print([(ent.text, ent.label_) for ent in nlp("Ada Lovelace moved to London in the spring.").ents])
