package dev.piecewise.training.sharers;

import dev.piecewise.adapter.HistoryFile.UserHistory;
import java.util.Optional;

/** Places users in a space where those who write alike are near each other (Euclidean). */
@FunctionalInterface
public interface UserEmbedding {
    /** A vector, of one length for all users. Empty where the history has nothing to go by. */
    Optional<float[]> of(UserHistory user);
}
