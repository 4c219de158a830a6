package dev.piecewise.world;

import dev.piecewise.world.Traits.Voice;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Clauses as a voice writes them. Words between asterisks are those that a loud voice shouts; a clause that ends with a comma addresses somebody. */
final class Wording {
    private static final Pattern STRESSED = Pattern.compile("\\*([^*]+)\\*");
    private static final Pattern QUESTION = Pattern.compile("(would you|might you|might I|can you|wanna) .*");

    private Wording() {}

    static String write(Voice voice, List<String> clauses) {
        return switch (voice) {
            case PROPER -> proper(clauses);
            case DRY -> clauses.stream().map(Wording::dry).collect(Collectors.joining(" "));
            case LOUD -> clauses.stream().map(Wording::loud).collect(Collectors.joining(" "));
        };
    }

    /** Like this; with a semicolon. And a full stop. */
    private static String proper(List<String> clauses) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < clauses.size(); i++) {
            String clause = plain(clauses.get(i));
            boolean last = i == clauses.size() - 1;
            boolean continues = i > 0
                    && (clauses.get(i - 1).endsWith(",") || text.toString().endsWith(";"));
            text.append(i > 0 ? " " : "").append(continues ? clause : capital(clause));
            if (!clause.endsWith(",")) {
                text.append(isQuestion(clause) ? "?" : i == 0 && !last ? ";" : ".");
            }
        }
        return text.toString();
    }

    /** like this... no capitals... */
    private static String dry(String clause) {
        return open(plain(clause)).toLowerCase(Locale.ROOT) + "...";
    }

    /** Like THIS! With a bang! */
    private static String loud(String clause) {
        String shouted =
                STRESSED.matcher(open(clause)).replaceAll(word -> word.group(1).toUpperCase(Locale.ROOT));
        return capital(shouted) + (isQuestion(clause) ? "?!" : "!");
    }

    private static boolean isQuestion(String clause) {
        return QUESTION.matcher(clause).matches();
    }

    private static String plain(String clause) {
        return clause.replace("*", "");
    }

    private static String open(String clause) {
        return clause.endsWith(",") ? clause.substring(0, clause.length() - 1) : clause;
    }

    private static String capital(String clause) {
        return clause.substring(0, 1).toUpperCase(Locale.ROOT) + clause.substring(1);
    }
}
