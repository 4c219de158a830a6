package dev.piecewise.world;

/** What people have opinions on. */
enum Kind {
    FILM("film", "story"),
    BOOK("book", "story"),
    DISH("dish", "dish"),
    WALK("walk", "walk");

    private final String word;
    private final String family;

    Kind(String word, String family) {
        this.word = word;
        this.family = family;
    }

    String word() {
        return word;
    }

    /** Kinds of one family are described and tagged alike. */
    String family() {
        return family;
    }
}
