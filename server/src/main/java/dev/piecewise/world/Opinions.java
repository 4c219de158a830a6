package dev.piecewise.world;

import dev.piecewise.world.Traits.Dialect;
import dev.piecewise.world.Traits.Length;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Tags, ratings and reviews of things. */
final class Opinions {
    private final Lexicon lexicon;
    private final Things things;

    Opinions(Lexicon lexicon) {
        this.lexicon = lexicon;
        this.things = new Things(lexicon);
    }

    Item tag(Persona asked, Dice dice) {
        Thing thing = some(asked, dice);
        return new Item(
                "tag", about(thing) + "Tag:", " " + thing.tag(asked.traits().eye()));
    }

    /** What somebody who has written this review gives. */
    Item rate(Persona asked, Dice dice) {
        Thing thing = some(asked, dice);
        Traits traits = asked.traits();
        String prompt = "%sReview: %s\nRating from 1 to 5:".formatted(about(thing), review(thing, traits, dice));
        return new Item("rating", prompt, " " + thing.rating(traits));
    }

    Item review(Persona asked, Dice dice) {
        Thing thing = some(asked, dice);
        return new Item("review", about(thing) + "Review:", " " + review(thing, asked.traits(), dice));
    }

    private Thing some(Persona asked, Dice dice) {
        return things.invent(dice.pick(asked.kinds()), dice);
    }

    private static String about(Thing thing) {
        String word = thing.kind().word();
        return "%s%s: %s\n"
                .formatted(word.substring(0, 1).toUpperCase(Locale.ROOT), word.substring(1), thing.description());
    }

    private String review(Thing thing, Traits traits, Dice dice) {
        Dialect dialect = traits.dialect();
        int appeal = thing.appeal(traits.heart());
        String opinion = appeal > 0 ? "like" : appeal < 0 ? "dislike" : "mixed";
        Map<String, String> bound = Map.of(
                "kind", lexicon.say(dialect.rule(thing.kind().word()), Map.of(), dice),
                "strong", "*" + lexicon.say(dialect.rule("strong"), Map.of(), dice) + "*",
                "it", thing.seenBy(traits.eye()));
        String aspect = traits.eye().name().toLowerCase(Locale.ROOT);
        String remark = lexicon.say(dialect.rule("remark.%s.%s".formatted(opinion, aspect)), bound, dice);
        List<String> clauses = new ArrayList<>();
        if (traits.length() == Length.LONG) {
            clauses.add(lexicon.say(dialect.rule("verdict." + opinion), bound, dice));
        }
        clauses.add(remark);
        if (traits.length() == Length.LONG) {
            clauses.add(lexicon.say(dialect.rule("closing." + opinion), bound, dice));
        }
        return Wording.write(traits.voice(), clauses);
    }

    /** Every tag that can be given. */
    List<String> tags() {
        return things.tags();
    }
}
