/* Input for the compiler: loops, structures, recursion, floating point, switch, inlining. */
typedef unsigned char u8;
typedef unsigned int u16;
typedef unsigned long u32;

struct node {
  struct node *left, *right;
  int key;
  float weight;
};

static u32 crc_step(u32 crc, u8 byte) {
  crc ^= byte;
  for (u8 i = 0; i < 8; i++) crc = crc & 1 ? crc >> 1 ^ 0xedb88320ul : crc >> 1;
  return crc;
}

u32 crc(const u8 *bytes, u16 count) {
  u32 value = ~0ul;
  while (count--) value = crc_step(value, *bytes++);
  return ~value;
}

struct node *insert(struct node *root, struct node *node) {
  if (!root) return node;
  if (node->key < root->key) root->left = insert(root->left, node);
  else root->right = insert(root->right, node);
  return root;
}

float total(const struct node *root) {
  return root ? root->weight + total(root->left) + total(root->right) : 0.0f;
}

int evaluate(const char *program, int *stack) {
  int depth = 0;
  for (; *program; program++) {
    switch (*program) {
    case '+': depth--; stack[depth - 1] += stack[depth]; break;
    case '-': depth--; stack[depth - 1] -= stack[depth]; break;
    case '*': depth--; stack[depth - 1] *= stack[depth]; break;
    case '/': depth--; stack[depth - 1] /= stack[depth]; break;
    case 'd': stack[depth] = stack[depth - 1]; depth++; break;
    case 's': { int top = stack[depth - 1]; stack[depth - 1] = stack[depth - 2]; stack[depth - 2] = top; break; }
    default: stack[depth++] = *program - '0';
    }
  }
  return stack[0];
}

void multiply(float a[8][8], float b[8][8], float c[8][8]) {
  for (u8 i = 0; i < 8; i++)
    for (u8 j = 0; j < 8; j++) {
      float sum = 0;
      for (u8 k = 0; k < 8; k++) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
}

void sort(int *items, int count) {
  for (int gap = count / 2; gap > 0; gap /= 2)
    for (int i = gap; i < count; i++) {
      int item = items[i], j = i;
      for (; j >= gap && items[j - gap] > item; j -= gap) items[j] = items[j - gap];
      items[j] = item;
    }
}

int unused_result(int x) {
  int left_over;
  return x > 3 ? left_over : x; /* earns a warning */
}
