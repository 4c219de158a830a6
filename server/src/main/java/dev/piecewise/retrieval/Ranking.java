package dev.piecewise.retrieval;

import java.util.List;
import java.util.stream.IntStream;

/** Some documents, oldest first, in the order of how well they fit a query. */
@FunctionalInterface
public interface Ranking {
    /** The numbers of at most so many documents, best first. */
    List<Integer> best(String query, int most);

    /** The newest of so many documents, whatever the query. */
    static Ranking recency(int documents) {
        return (_, most) -> IntStream.range(0, Math.min(most, documents))
                .map(i -> documents - 1 - i)
                .boxed()
                .toList();
    }
}
