#include "check.h"

void test_queue(void);
void test_arq(void);

void test_store(void)
{
    test_queue();
    test_arq();
}
