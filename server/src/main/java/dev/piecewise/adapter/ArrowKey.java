package dev.piecewise.adapter;

/**
 * The first right singular vector of B A (Arrow, 2405.11157): the direction of the input that a piece reacts to most, so a key that needs no training. B A is never made:
 * its right singular vectors lie in the rows of A, v = Aᵀ c, which leaves a problem of the size of the rank. With BᵀB = Q Λ Qᵀ and R = Q Λ^½ they are
 * v = Aᵀ R u for the eigenvectors u of Rᵀ (A Aᵀ) R.
 */
final class ArrowKey {
    private ArrowKey() {}

    /** Of length sqrt(in), its largest entry positive; all zeros where B A is. */
    static float[] of(Factors factors) {
        int rank = factors.rank();
        double[][] root = root(gramOfColumns(factors.b(), factors.out(), rank));
        double[][] inner = sandwich(root, gramOfRows(factors.a(), rank, factors.in()));
        SymmetricEigen eigen = SymmetricEigen.of(inner);
        int first = eigen.largest();
        double[] key = new double[factors.in()];
        for (int row = 0; row < rank; row++) {
            double c = 0;
            for (int k = 0; k < rank; k++) {
                c += root[row][k] * eigen.vector(k, first);
            }
            for (int i = 0; i < key.length; i++) {
                key[i] += c * factors.a()[row * key.length + i];
            }
        }
        return normalized(key);
    }

    /** BᵀB of a matrix with {@code columns} columns. */
    private static double[][] gramOfColumns(float[] matrix, int rows, int columns) {
        double[][] gram = new double[columns][columns];
        for (int row = 0; row < rows; row++) {
            for (int i = 0; i < columns; i++) {
                double value = matrix[row * columns + i];
                for (int j = 0; j <= i; j++) {
                    gram[i][j] += value * matrix[row * columns + j];
                }
            }
        }
        return mirrored(gram);
    }

    /** A Aᵀ of a matrix with {@code rows} rows. */
    private static double[][] gramOfRows(float[] matrix, int rows, int columns) {
        double[][] gram = new double[rows][rows];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int k = 0; k < columns; k++) {
                    sum += (double) matrix[i * columns + k] * matrix[j * columns + k];
                }
                gram[i][j] = sum;
            }
        }
        return mirrored(gram);
    }

    private static double[][] mirrored(double[][] lower) {
        for (int i = 0; i < lower.length; i++) {
            for (int j = 0; j < i; j++) {
                lower[j][i] = lower[i][j];
            }
        }
        return lower;
    }

    /** R with R Rᵀ = the matrix. */
    private static double[][] root(double[][] gram) {
        SymmetricEigen eigen = SymmetricEigen.of(gram);
        double[][] root = new double[gram.length][gram.length];
        for (int i = 0; i < gram.length; i++) {
            for (int k = 0; k < gram.length; k++) {
                root[i][k] = eigen.vector(i, k) * Math.sqrt(Math.max(0, eigen.value(k)));
            }
        }
        return root;
    }

    /** Rᵀ M R, made exactly symmetric. */
    private static double[][] sandwich(double[][] root, double[][] matrix) {
        return mirrored(product(transposed(root), product(matrix, root)));
    }

    private static double[][] product(double[][] left, double[][] right) {
        int n = left.length;
        double[][] product = new double[n][n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < n; k++) {
                for (int j = 0; j < n; j++) {
                    product[i][j] += left[i][k] * right[k][j];
                }
            }
        }
        return product;
    }

    private static double[][] transposed(double[][] matrix) {
        double[][] transposed = new double[matrix.length][matrix.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j < matrix.length; j++) {
                transposed[j][i] = matrix[i][j];
            }
        }
        return transposed;
    }

    private static float[] normalized(double[] key) {
        double squares = 0;
        double largest = 0;
        for (double value : key) {
            squares += value * value;
            largest = Math.abs(value) > Math.abs(largest) ? value : largest;
        }
        float[] normalized = new float[key.length];
        if (squares > 0) {
            double scale = Math.copySign(Math.sqrt(key.length / squares), largest);
            for (int i = 0; i < key.length; i++) {
                normalized[i] = (float) (key[i] * scale);
            }
        }
        return normalized;
    }
}
