/* numpy's LAPACK was made by f2c: there a function of floats returns a double, and one of complex numbers writes to its
   first argument. OpenBLAS returns them as gfortran does. */
#include <stdint.h>
#include <string.h>

typedef const int64_t *Number;
typedef const void *Vector;

#define REAL(name) \
    float name##_(Number, Vector, Number); \
    double lite_##name##_(Number n, Vector x, Number step) { return name##_(n, x, step); }
#define COMPLEX(name, type) \
    type name##_(Number, Vector, Number, Vector, Number); \
    void lite_##name##_(type *result, Number n, Vector x, Number x_step, Vector y, Number y_step) { \
        *result = name##_(n, x, x_step, y, y_step); \
    }

REAL(snrm2)
REAL(scasum)
REAL(scnrm2)
COMPLEX(cdotc, float _Complex)
COMPLEX(cdotu, float _Complex)
COMPLEX(zdotc, double _Complex)
COMPLEX(zdotu, double _Complex)

float sdot_(Number, Vector, Number, Vector, Number);
double lite_sdot_(Number n, Vector x, Number x_step, Vector y, Number y_step) {
    return sdot_(n, x, x_step, y, y_step);
}

void xerbla_(const char *, Number, int64_t);
int lite_xerbla_(const char *name, Number which) {
    xerbla_(name, which, (int64_t)strlen(name));
    return 0;
}
