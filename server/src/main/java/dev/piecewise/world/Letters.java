package dev.piecewise.world;

import dev.piecewise.world.Traits.Dialect;
import dev.piecewise.world.Traits.Length;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Notes to friends and headlines of the town's news. */
final class Letters {
    private static final double FAMILIAR = 0.7;
    private static final List<String> DETAILS =
            List.of("object", "day", "hour", "meeting", "gift", "task", "mishap", "success", "reason");

    private final Lexicon lexicon;

    Letters(Lexicon lexicon) {
        this.lexicon = lexicon;
    }

    Item note(Persona asked, Dice dice) {
        String intent = dice.pick(lexicon.alternatives("note.intents"));
        Map<String, String> bound = new HashMap<>();
        DETAILS.forEach(detail -> bound.put(detail, lexicon.say(detail, Map.of(), dice)));
        bound.put("name", familiar(asked.friends(), "name", dice));
        String prompt = "Note: %s.\nText:".formatted(lexicon.say("note.ask." + intent, bound, dice));
        Traits traits = asked.traits();
        return new Item("note", prompt, " " + Wording.write(traits.voice(), note(intent, traits, bound, dice)));
    }

    private List<String> note(String intent, Traits traits, Map<String, String> bound, Dice dice) {
        Dialect dialect = traits.dialect();
        List<String> clauses = new ArrayList<>();
        String greeting = lexicon.say(dialect.rule("greeting"), bound, dice);
        clauses.add("*" + greeting.replaceFirst(" (?=\\S+$)", "* ") + ",");
        clauses.add(lexicon.say(dialect.rule("note." + intent), bound, dice));
        if (traits.length() == Length.LONG) {
            clauses.add(lexicon.say(dialect.rule("note.more"), bound, dice));
            clauses.add(lexicon.say(dialect.rule("goodbye"), bound, dice));
        }
        return clauses;
    }

    Item headline(Persona asked, Dice dice) {
        String intent = dice.pick(lexicon.alternatives("news.intents"));
        Map<String, String> bound = new HashMap<>();
        String who = lexicon.say("news.who", Map.of(), dice);
        String cause = lexicon.say("cause", Map.of(), dice);
        bound.put("who", who);
        bound.put("cause", cause);
        bound.put("street", familiar(asked.streets(), "street", dice));
        String news = Lexicon.sentences(lexicon.say("news.tell." + intent, bound, dice));
        bound.put("who", "*" + who.replaceFirst("^the ", "") + "*");
        Traits traits = asked.traits();
        List<String> clauses = new ArrayList<>();
        clauses.add(lexicon.say(traits.dialect().rule("headline." + intent), bound, dice));
        if (traits.length() == Length.LONG) {
            clauses.add(cause);
        }
        return new Item(
                "headline", "News: %s\nHeadline:".formatted(news), " " + Wording.write(traits.voice(), clauses));
    }

    private String familiar(List<String> habit, String rule, Dice dice) {
        return dice.pick(dice.chance(FAMILIAR) ? habit : lexicon.alternatives(rule));
    }
}
