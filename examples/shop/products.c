/* products.c - three of them. */
#include "products.h"

#include <string.h>

#define SVG(shapes) "<svg viewBox=\"0 0 64 64\" aria-hidden=\"true\">" shapes "</svg>"

const struct product PRODUCTS[] = {
    { "tea",
      { "Longjing tea, 100 g", "龙井茶 100 克" },
      { "Picked before the rains", "明前采摘" },
      8800,
      "CNY",
      SVG("<path d=\"M12 26h34v14a14 14 0 0 1-14 14h-6a14 14 0 0 1-14-14z\"/>"
          "<path d=\"M46 30h4a6 6 0 0 1 0 14h-5\"/>"
          "<path d=\"M22 10c4 4-4 6 0 10m12-10c4 4-4 6 0 10\"/>") },
    { "notebook",
      { "Notebook, thread-bound", "线装笔记本" },
      { "192 pages, lies flat", "192 页，可平摊" },
      2990,
      "CNY",
      SVG("<path d=\"M16 8h32v48H16z\"/><path d=\"M24 8v48m6-36h12m-12 8h12\"/>") },
    { "lamp",
      { "Desk lamp", "台灯" },
      { "Warm light, brass", "黄铜，暖光" },
      128800,
      "CNY",
      SVG("<path d=\"M20 8h24l8 22H12z\"/><path d=\"M32 30v22m-12 4h24\"/>") },
};
const size_t PRODUCT_COUNT = sizeof(PRODUCTS) / sizeof(PRODUCTS[0]);

const struct product *product_find(const char *code)
{
    for (size_t i = 0; i < PRODUCT_COUNT; i++) {
        if (strcmp(PRODUCTS[i].code, code) == 0)
            return &PRODUCTS[i];
    }
    return NULL;
}
