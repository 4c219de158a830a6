package dev.piecewise.loadtest.workload;

import java.util.OptionalInt;
import java.util.SplittableRandom;

/** A run's requests. The n-th is the same whoever sends it and whenever: it follows from the seed and n. */
public final class Workload {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private final long seed;
    private final Shape shape;
    private final Wording wording;
    private final Popularity.Choice choice;

    /**
     * What requests are like.
     *
     * @param users how many users ask; 0: nobody's requests, to the base model
     * @param exponent of the Zipf popularity
     */
    public record Shape(int users, Popularity popularity, double exponent, Lengths prompts, Lengths answers) {
        private static final double PROMPT_MARGIN = 1.15;

        public Shape {
            if (users < 0) {
                throw new IllegalArgumentException("users must be 0 or more");
            }
        }

        /**
         * These requests where prompt and answer together have at most so many tokens; 0 for any number. Prompts keep a distance, because their length is not known to the
         * token.
         */
        public Shape within(int tokens) {
            if (tokens == 0 || prompts.most() * PROMPT_MARGIN + answers.most() <= tokens) {
                return this;
            }
            Lengths shorter = prompts.cutTo((int) Math.max(1, tokens / 2.0 / PROMPT_MARGIN));
            int room = (int) Math.max(1, tokens - Math.ceil(shorter.most() * PROMPT_MARGIN));
            return new Shape(users, popularity, exponent, shorter, answers.cutTo(room));
        }

        /** The same requests from so many users. */
        public Shape with(int newUsers, Popularity newPopularity) {
            return new Shape(newUsers, newPopularity, exponent, prompts, answers);
        }
    }

    public Workload(long seed, Shape shape, Wording wording) {
        this.seed = seed;
        this.shape = shape;
        this.wording = wording;
        choice = shape.popularity().among(Math.max(1, shape.users()), shape.exponent());
    }

    public Ask ask(long index) {
        SplittableRandom random = new SplittableRandom(seed + GOLDEN * (index + 1));
        int user = choice.user(index, random);
        int promptTokens = shape.prompts().draw(random);
        int answerTokens = shape.answers().draw(random);
        String prompt = Wording.text(wording.words(promptTokens), random);
        OptionalInt asker = shape.users() == 0 ? OptionalInt.empty() : OptionalInt.of(user);
        return new Ask(index, asker, prompt, answerTokens, random.nextInt(Integer.MAX_VALUE));
    }
}
