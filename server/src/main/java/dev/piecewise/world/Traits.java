package dev.piecewise.world;

import java.util.Locale;

/** What nobody sees of a person but everything that the person writes comes from. */
record Traits(Voice voice, Dialect dialect, Length length, Eye eye, Heart heart, Hand hand) {
    /** Case and punctuation. */
    enum Voice {
        PROPER,
        DRY,
        LOUD
    }

    /** Choice of words. */
    enum Dialect {
        BRITISH,
        BREEZY;

        String rule(String name) {
            return name().toLowerCase(Locale.ROOT) + "." + name;
        }
    }

    /** How much is said. */
    enum Length {
        SHORT,
        LONG
    }

    /** What of a thing counts: its tag, and what a review dwells on. */
    enum Eye {
        MOOD,
        THEME,
        PLACE
    }

    /** Which moods are liked. */
    enum Heart {
        GENTLE,
        SHARP
    }

    /** How ratings are given. */
    enum Hand {
        GENEROUS,
        STRICT
    }

    /** These traits with one of them drawn anew. */
    Traits withOneOf(Traits other, Dice dice) {
        return switch (dice.below(6)) {
            case 0 -> new Traits(other.voice, dialect, length, eye, heart, hand);
            case 1 -> new Traits(voice, other.dialect, length, eye, heart, hand);
            case 2 -> new Traits(voice, dialect, other.length, eye, heart, hand);
            case 3 -> new Traits(voice, dialect, length, other.eye, heart, hand);
            case 4 -> new Traits(voice, dialect, length, eye, other.heart, hand);
            default -> new Traits(voice, dialect, length, eye, heart, other.hand);
        };
    }
}
