package dev.piecewise.world;

import dev.piecewise.world.Traits.Eye;
import java.util.List;
import java.util.Map;

/** Invents things to have opinions on. */
final class Things {
    private static final List<String> CRAFTS = List.of("poor", "fair", "good");

    private final Lexicon lexicon;

    Things(Lexicon lexicon) {
        this.lexicon = lexicon;
    }

    Thing invent(Kind kind, Dice dice) {
        String family = kind.family();
        boolean gentle = dice.chance(0.5);
        String mood = dice.pick(lexicon.alternatives("tags." + family + (gentle ? ".gentle" : ".sharp")));
        String theme = dice.pick(lexicon.alternatives("tags." + family + ".theme"));
        String where = dice.pick(lexicon.alternatives("tags." + family + ".place"));
        String place = lexicon.say(family + ".place." + where, Map.of(), dice);
        Map<String, String> bound = Map.of(
                "place", place,
                "aim", aspect(family, "theme", theme, dice),
                "main", aspect(family, "theme", theme, dice),
                "mood", aspect(family, "mood", mood, dice),
                "hero", lexicon.say("story.hero", Map.of(), dice),
                "other", lexicon.say("story.hero", Map.of(), dice));
        int quality = dice.between(-1, 1);
        Map<Eye, String> tags = Map.of(Eye.MOOD, mood, Eye.THEME, theme, Eye.PLACE, where);
        return new Thing(kind, tags, gentle, quality, place, describe(family, quality, bound, dice));
    }

    private String aspect(String family, String aspect, String tag, Dice dice) {
        return dice.pick(lexicon.alternatives("%s.%s.%s".formatted(family, aspect, tag)));
    }

    private String describe(String family, int quality, Map<String, String> bound, Dice dice) {
        String opening = lexicon.say(family + ".opening", bound, dice);
        String feel = lexicon.say(family + ".feel", bound, dice);
        String craft = lexicon.say(family + ".craft." + CRAFTS.get(quality + 1), bound, dice);
        String text = dice.chance(0.5)
                ? "%s %s %s".formatted(opening, feel, craft)
                : "%s %s %s".formatted(opening, craft, feel);
        return Lexicon.sentences(text);
    }

    /** All tags that there are. */
    List<String> tags() {
        return List.of(Kind.values()).stream()
                .map(Kind::family)
                .distinct()
                .flatMap(family -> List.of("gentle", "sharp", "theme", "place").stream()
                        .flatMap(aspect -> lexicon.alternatives("tags.%s.%s".formatted(family, aspect)).stream()))
                .toList();
    }
}
