"""The offence as a legal object: a catalogue of data files with sources and dates."""
