/* fields.c - see fields.h. */
#include "web/fields.h"

struct order_key order_chosen(const struct order_choice *choice)
{
    return (struct order_key){
        .order_no = str_or(choice->order_no, NULL),
        .merchant_order_id = str_or(choice->merchant_order_id, NULL),
    };
}
