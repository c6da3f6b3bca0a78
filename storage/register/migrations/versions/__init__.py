"""One module per version. A version that has been released is never edited, only followed."""
