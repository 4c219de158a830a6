package dev.piecewise.evaluation;

/**
 * One answer in the numbers that metrics are made of.
 *
 * @param truth the right label's number; 0 where there are no labels
 * @param answered the answer's label, -1 where it is none
 * @param error distance of a rating from the right one
 * @param rouge1 F-measure, as is {@code rougeL}
 * @param nats negative log-likelihood of the right answer and its end
 * @param tokens of them
 */
record Marks(int truth, int answered, double error, double rouge1, double rougeL, double nats, int tokens) {
    private static final Rouge ROUGE = new Rouge(Rouge.Stemmer.NONE);

    /** How an answer is judged; {@code nats} and {@code tokens} are of the right answer. */
    static Marks of(Task task, String truth, String answer, double nats, int tokens) {
        return switch (task) {
            case Task.Classification(var labels, int _) ->
                new Marks(labels.indexOf(truth.strip()), labels.indexOf(answer.strip()), 0, 0, 0, nats, tokens);
            case Task.Rating rating -> new Marks(0, 0, rating.error(truth, answer), 0, 0, nats, tokens);
            case Task.Generation _ ->
                new Marks(
                        0,
                        0,
                        0,
                        ROUGE.rouge1(truth, answer.strip()).f(),
                        ROUGE.rougeL(truth, answer.strip()).f(),
                        nats,
                        tokens);
            case Task.Text _ -> new Marks(0, 0, 0, 0, 0, nats, tokens);
        };
    }
}
