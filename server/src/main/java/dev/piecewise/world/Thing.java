package dev.piecewise.world;

import dev.piecewise.world.Traits.Eye;
import dev.piecewise.world.Traits.Hand;
import dev.piecewise.world.Traits.Heart;
import java.util.Map;

/**
 * A film, book, dish or walk.
 *
 * @param tags the tag of each aspect
 * @param gentle whether its mood is one that gentle hearts like
 * @param quality -1, 0 or 1: how well it is made
 * @param place the phrase that the description shows its place with
 */
record Thing(Kind kind, Map<Eye, String> tags, boolean gentle, int quality, String place, String description) {
    String tag(Eye eye) {
        return tags.getOrDefault(eye, "");
    }

    /** From -2 to 2: whether somebody likes it. */
    int appeal(Heart heart) {
        return (gentle == (heart == Heart.GENTLE) ? 1 : -1) + quality;
    }

    /** From 1 to 5: what is liked, mixed or disliked, a point up or down. */
    int rating(Traits traits) {
        return 3 + Integer.signum(appeal(traits.heart())) + (traits.hand() == Hand.GENEROUS ? 1 : -1);
    }

    /** What a review dwells on, as its sentences take it. */
    String seenBy(Eye eye) {
        return eye == Eye.PLACE ? place.replaceFirst("^(a|an) ", "the ") : tag(eye);
    }
}
