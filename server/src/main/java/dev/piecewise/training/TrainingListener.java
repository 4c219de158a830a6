package dev.piecewise.training;

import java.time.Duration;

/** Is told how training goes, on the thread that trains. */
@FunctionalInterface
public interface TrainingListener {
    TrainingListener NONE = progress -> {};

    void stepped(Progress progress);

    /**
     * At the end of a group's training: the best speed of its steps, padding counted, and what the same steps' products with the base's matrices alone would allow, measured
     * right after.
     */
    default void measured(double tokensPerSecond, double limit) {}

    /** Whether training shall end after this step; asked after each. Where there are checkpoints, the next call goes on from there. */
    default boolean stops() {
        return false;
    }

    /**
     * State after a step.
     *
     * @param what is trained, such as one user or a group of them
     * @param step the first is 1
     * @param steps of all that this call of the trainer trains
     * @param loss mean over the step's learnt tokens
     * @param gradient norm before clipping, the largest where several users train side by side
     * @param tokensPerSecond read ones, padding not counted
     */
    record Progress(
            String what,
            int step,
            int steps,
            double loss,
            double gradient,
            double learningRate,
            double tokensPerSecond,
            Duration left) {}
}
