package dev.piecewise.evaluation;

import dev.piecewise.retrieval.Bm25;
import dev.piecewise.retrieval.Preamble;
import dev.piecewise.retrieval.Ranking;
import java.util.List;
import java.util.function.ToIntFunction;

/** What stands before a test item's prompt. */
@FunctionalInterface
public interface Prompting {
    /** The prompt as it is. */
    Prompting PLAIN = (test, _, _) -> test.prompt();

    /** The whole prompt, of at most so many tokens where that is in the hands of the method. */
    String prompt(TestItem test, int mostTokens, ToIntFunction<String> tokens);

    /** The best {@code items} of these documents, as BM25 finds them, before the prompt. */
    static Prompting retrieving(List<String> documents, int items) {
        Ranking ranking = new Bm25(documents);
        return (test, mostTokens, tokens) -> {
            List<String> best = ranking.best(test.query(), items).stream()
                    .map(documents::get)
                    .toList();
            return Preamble.DEFAULT
                    .pack(best, test.prompt(), mostTokens, tokens)
                    .prompt();
        };
    }
}
