package dev.piecewise.engine;

import dev.piecewise.adapter.BankImage;
import dev.piecewise.engine.Sequence.State;
import dev.piecewise.engine.TokenEvent.Failed;
import dev.piecewise.engine.TokenEvent.Finished;
import dev.piecewise.error.ErrorCode;
import dev.piecewise.error.ServingException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides what each step computes, and what becomes of it.
 *
 * <p>A step takes the next token of every sequence that decodes, then prompts, oldest first, in chunks as large as the budget and, while others decode, the pace
 * allows, then new sequences. When the arena has no place for a token, the youngest running sequence gives all of its places back and is computed again later from its
 * tokens so far; the oldest one is never preempted by others, so it ends, and everyone becomes the oldest once.
 */
final class Scheduler {
    private static final Logger LOG = System.getLogger(Scheduler.class.getName());

    private final EngineLimits limits;
    private final EngineObserver observer;
    private final BiConsumer<Sequence, TokenEvent> ended;
    private final int vocabulary;
    private final Books books;
    private final StepPlan plan;
    private final PromptPace pace;
    private final Masks masks;

    /** {@code ended} gets every sequence that ended, and hands out its last event. */
    Scheduler(
            ModelRunner runner,
            EngineLimits limits,
            EngineObserver observer,
            Masks masks,
            BiConsumer<Sequence, TokenEvent> ended) {
        this.limits = limits;
        this.masks = masks;
        plan = new StepPlan(limits, masks);
        pace = new PromptPace(limits.itlStretch(), limits.maxSequences());
        this.observer = observer;
        this.ended = ended;
        vocabulary = runner.limits().vocabulary();
        books = new Books(runner, limits, observer);
    }

    Books books() {
        return books;
    }

    void add(Sequence sequence) {
        masks.prepare(sequence);
        books.add(sequence);
    }

    /** The next step; null if nothing is to be done, or nothing can be before a mask is there. */
    @Nullable Step next() {
        List<Sequence> running = books.running();
        growExtents(running);
        plan.begin(running.size() + 1);
        for (int i = 0; i < running.size(); i++) {
            Sequence sequence = running.get(i);
            if (sequence.pending() == 1) {
                plan.addOne(sequence);
            }
        }
        plan.arrange();
        plan.limit(pace.most(plan.decoding(), plan.room()));
        for (int i = 0; i < running.size() && plan.room() > 0; i++) {
            if (running.get(i).pending() > 1) {
                plan.add(running.get(i), plan.room());
            }
        }
        while (plan.room() > 0 && running.size() < limits.maxSequences()) {
            Sequence sequence = admit();
            if (sequence == null) {
                break;
            }
            plan.add(sequence, plan.room());
        }
        if (plan.isEmpty() && !masks.missing() && !books.idle()) {
            throw new IllegalStateException("nothing runs though sequences wait");
        }
        return plan.isEmpty() ? null : plan.step();
    }

    /** The latest step, as {@link #next} gave it, took so long. */
    void took(Step step, double seconds) {
        pace.took(plan.decoding(), step.batch().tokens() - plan.decoding(), seconds);
    }

    /** Takes over what a step gave. */
    void complete(Step step, StepResult result) {
        long now = System.nanoTime();
        for (int i = 0; i < step.size(); i++) {
            Sequence sequence = step.sequences().get(i);
            Span span = step.batch().spans().get(i);
            StepResult.Row row = result.rows().get(i);
            sequence.advance(span, row.scores());
            if (span.sample() != null) {
                accept(sequence, row, now);
            }
        }
    }

    void cancel(Sequence sequence) {
        if (sequence.state() != State.ENDED) {
            finish(sequence, FinishReason.CANCELLED);
        }
    }

    /** Ends a sequence that something went wrong with; nothing of it is kept. */
    void fail(Sequence sequence, Throwable cause) {
        ServingException answer = cause instanceof ServingException known
                ? known
                : new ServingException(ErrorCode.INTERNAL, "the model failed to run this request");
        sequence.forget();
        books.leave(sequence);
        last(sequence, new Failed(answer), "error");
    }

    /** Tells the last event without looking at the books, which may be wrong. */
    void last(Sequence sequence, TokenEvent event, String reason) {
        sequence.state(State.ENDED);
        masks.ended(sequence);
        sequence.clock().ended(reason, sequence.usage(), observer);
        ended.accept(sequence, event);
    }

    private void growExtents(List<Sequence> running) {
        for (int i = 0; i < running.size(); i++) {
            Sequence sequence = running.get(i);
            while (sequence.state() == State.RUNNING && !books.places().tryGrow(sequence)) {
                books.preemptYoungest();
                observer.preempted();
            }
        }
    }

    private @Nullable Sequence admit() {
        while (true) {
            long now = System.nanoTime();
            Sequence sequence = books.admit(now);
            if (sequence == null) {
                return null;
            }
            if (tryLoad(sequence)) {
                sequence.clock()
                        .admitted(
                                now,
                                sequence.tokens().length(),
                                sequence.extent().computed(),
                                observer);
                return sequence;
            }
        }
    }

    /** A failed load fails its own sequence only. */
    private boolean tryLoad(Sequence sequence) {
        BankImage adapter = sequence.adapter();
        if (adapter == null || sequence.slot() != null) {
            return true;
        }
        try {
            sequence.slot(books.slots().acquire(sequence, adapter));
            return true;
        } catch (RuntimeException | Error failure) {
            LOG.log(Level.ERROR, "adapter " + adapter.fingerprint() + " could not be loaded", failure);
            fail(sequence, failure);
            return false;
        }
    }

    private void accept(Sequence sequence, StepResult.Row row, long now) {
        boolean exists = row.token() >= 0 && row.token() < vocabulary;
        if (!exists || !sequence.allows(row.token())) {
            endWithout(sequence, row.token());
            return;
        }
        sequence.tellScores();
        if (sequence.endsWith(row.token())) {
            finish(sequence, FinishReason.STOP, row.token());
            return;
        }
        try {
            sequence.append(row.token(), row.logprobs());
        } catch (RuntimeException failure) {
            LOG.log(Level.ERROR, "the constraint does not go on after a token that it allowed", failure);
            fail(sequence, failure);
            return;
        }
        sequence.clock().token(now, observer);
        books.charge(sequence);
        if (sequence.mustEnd()) {
            finish(sequence, FinishReason.STOP);
        } else if (sequence.completionTokens() == sequence.request().maxTokens()) {
            finish(sequence, FinishReason.LENGTH);
        } else {
            masks.prepare(sequence);
        }
    }

    /** A draw gave nothing that may come: there was nothing, or the model did not mind. */
    private void endWithout(Sequence sequence, int token) {
        if (!sequence.isStuck()) {
            LOG.log(Level.ERROR, "the model chose token {0}, which does not exist or is not allowed", token);
            fail(sequence, new IllegalStateException("no token"));
        } else if (sequence.mayEnd()) {
            sequence.tellScores();
            finish(sequence, FinishReason.STOP);
        } else {
            fail(
                    sequence,
                    ServingException.invalid(
                            "response_format",
                            "the text cannot go on as it was asked for: the model has no token for what must come next"));
        }
    }

    private void finish(Sequence sequence, FinishReason reason) {
        finish(sequence, reason, -1);
    }

    private void finish(Sequence sequence, FinishReason reason, int end) {
        books.leave(sequence);
        String word = switch (reason) {
            case STOP -> "stop";
            case LENGTH -> "length";
            case CANCELLED -> sequence.generation().isStopped() ? "stop" : "abort";
        };
        last(sequence, new Finished(reason, sequence.usage(), end), word);
    }
}
