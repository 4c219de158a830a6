package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import java.util.List;
import java.util.SortedMap;

/** Chooses pieces for a history in one forward pass of the base model (Per-Pcs A.8, steps 1 to 8); implemented by the device. */
public interface PieceSelector {
    /**
     * Scores every piece of {@code pool} against the examples, site by site in the order of the forward pass, each site seeing what was installed before it, and
     * returns for each site the k best with their weights, best first; fewer where fewer sharers gave a piece. All examples count equally. May be called from any thread but an event loop; calls wait for
     * each other.
     */
    SortedMap<Site, List<Choice>> select(Pool pool, List<Example> examples, Options options);

    /** How many pieces a site takes, the softmax temperature over their scores, and how they are installed on the way. */
    record Options(int k, double temperature, Merge merge) {}
}
